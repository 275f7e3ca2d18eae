// How this page reaches the lab: the window's own bridge, or a WebSocket to where it came from. The only file that knows
// which; everything else sees a LabConnection.
import { type Api, type ApiEvent, calls } from '../shared/api.ts';
import { type DesktopBridge, overBridge, pageKeyName, socketPath, socketProtocol } from '../shared/desktop-bridge.ts';
import { type Client, connect, type Transport } from '../shared/rpc.ts';
import { overWebSocket } from '../shared/transports.ts';

/** Lost: nothing answers. Refused: something answers there, and does not know this page. */
export type ConnectionState = 'there' | 'lost' | 'refused';

export interface LabConnection {
  api: Api;
  /** Until the answer is called. */
  watch(listener: (event: ApiEvent) => void): () => void;
  /** Told how it stands, after every attempt. */
  watchConnection(listener: (state: ConnectionState) => void): () => void;
  /** Tries a lost connection now, not when its turn comes. */
  retry(): void;
}

declare global {
  interface Window {
    /** Of the preload script; absent in a browser. */
    readonly lab?: DesktopBridge;
  }
}

/** Milliseconds before a lost connection is tried again, longer each time up to the last. */
const patience = [500, 1000, 2000, 5000];

export function connectLab(): LabConnection {
  return window.lab
    ? reconnecting(() => overBridge(window.lab!))
    : reconnecting(() => overWebSocket(openSocket()), refusedHere);
}

/** A WebSocket that was refused does not say why; an ordinary request does. */
async function refusedHere(): Promise<boolean> {
  // A page that was never given the key is not known, whatever its cookie says.
  if (localStorage.getItem(pageKeyName) === null) return true;
  try {
    const { status } = await fetch('/', { method: 'HEAD', cache: 'no-store' });
    return status === 401 || status === 403;
  } catch {
    return false;
  }
}

function openSocket(): WebSocket {
  const key = localStorage.getItem(pageKeyName);
  return new WebSocket(socketAddress(), key === null ? [socketProtocol] : [socketProtocol, key]);
}

function socketAddress(): string {
  const address = new URL(socketPath, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  return address.href;
}

/** One connection after another, behind calls and listeners that stay. */
export function reconnecting(open: () => Transport, refused?: () => Promise<boolean>): LabConnection {
  const events = new Set<(event: ApiEvent) => void>();
  const states = new Set<(state: ConnectionState) => void>();
  const tell = (state: ConnectionState) => {
    for (const listener of [...states]) listener(state);
  };
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let client: Client = begin();

  function begin(): Client {
    const next = connect(open());
    next.watch((event) => {
      for (const listener of [...events]) listener(event);
    });
    void next.closed.then(() => {
      tell('lost');
      if (attempts > 0) void refused?.().then((known) => known && timer !== null && tell('refused'));
      timer = setTimeout(again, patience[Math.min(attempts++, patience.length - 1)]!);
    });
    return next;
  }

  function again(): void {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    client = begin();
    void client.api.about.get({}).then(
      () => {
        attempts = 0;
        tell('there');
      },
      () => {
        // Its own closing is followed by the next attempt.
      },
    );
  }

  const groups = Object.entries(calls).map(([group, named]) => {
    const functions = Object.keys(named).map((name) => {
      const call = (...input: unknown[]) => {
        const now = client.api as unknown as Record<string, Record<string, (...values: unknown[]) => unknown>>;
        return now[group]![name]!(...input);
      };
      return [name, call];
    });
    return [group, Object.fromEntries(functions)];
  });
  const listenIn =
    <Listener>(set: Set<Listener>) =>
    (listener: Listener) => {
      set.add(listener);
      return () => set.delete(listener);
    };
  return {
    api: Object.fromEntries(groups) as Api,
    watch: listenIn(events),
    watchConnection: listenIn(states),
    retry: again,
  };
}
