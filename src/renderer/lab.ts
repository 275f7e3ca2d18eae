// How this page reaches the lab: the window's own bridge, or a WebSocket to where it came from. The only file that knows
// which; everything else sees a LabConnection.
import { type Api, type ApiEvent, calls } from '../shared/api.ts';
import { type DesktopBridge, overBridge, socketPath } from '../shared/desktop-bridge.ts';
import { type Client, connect, type Transport } from '../shared/rpc.ts';
import { overWebSocket } from '../shared/transports.ts';

export interface LabConnection {
  api: Api;
  /** Until the answer is called. */
  watch(listener: (event: ApiEvent) => void): () => void;
  /** Told whether the lab answers, on every change. */
  watchConnection(listener: (connected: boolean) => void): () => void;
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
  return reconnecting(() => (window.lab ? overBridge(window.lab) : overWebSocket(new WebSocket(socketAddress()))));
}

function socketAddress(): string {
  const address = new URL(socketPath, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  return address.href;
}

/** One connection after another, behind calls and listeners that stay. */
export function reconnecting(open: () => Transport): LabConnection {
  const events = new Set<(event: ApiEvent) => void>();
  const states = new Set<(connected: boolean) => void>();
  let attempts = 0;
  let client: Client = begin();

  function begin(): Client {
    const next = connect(open());
    next.watch((event) => {
      for (const listener of [...events]) listener(event);
    });
    void next.closed.then(() => {
      for (const listener of [...states]) listener(false);
      const wait = patience[Math.min(attempts++, patience.length - 1)]!;
      setTimeout(() => {
        client = begin();
        void client.api.about.get({}).then(
          () => {
            attempts = 0;
            for (const listener of [...states]) listener(true);
          },
          () => {
            // Its own closing is followed by the next attempt.
          },
        );
      }, wait);
    });
    return next;
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
  return { api: Object.fromEntries(groups) as Api, watch: listenIn(events), watchConnection: listenIn(states) };
}
