// What the desktop shell adds to a page, as `window.lab`. A page that has none talks to the lab over a WebSocket instead.
import type { Transport } from './rpc.ts';
import { overPort } from './transports.ts';

export interface DesktopBridge {
  /**
   * Asks for a channel to the lab, which comes as a 'message' event of the window: its data is `portMessage`, its first port
   * the channel. A page asks once each time that it is loaded; asking again closes the channel before.
   */
  connect(): void;
  /** Where a file that was dropped on the page lies; empty for one that lies nowhere. */
  pathOf(file: File): string;
}

export const portMessage = 'simbal-lab-port';

/** Between the preload script and the shell: here is a port for a page. */
export const connectChannel = 'simbal-lab-connect';

/** Where a served page finds its WebSocket, on the host that it came from. */
export const socketPath = '/socket';

/** What its WebSocket speaks: this, and after it the key that the page was given. */
export const socketProtocol = 'simbal-lab';

/** Where a served page keeps that key: in the storage of its origin, which no other port of the machine shares. */
export const pageKeyName = 'simbal-lab-key';

/** The channel of a window. What is sent before it is there waits until it is. */
export function overBridge(bridge: DesktopBridge): Transport {
  const opened = Promise.withResolvers<Transport>();
  const take = ({ source, data, ports: [port] }: MessageEvent) => {
    if (source !== window || data !== portMessage || !port) return;
    window.removeEventListener('message', take);
    opened.resolve(overPort(port));
  };
  window.addEventListener('message', take);
  bridge.connect();
  const then = (act: (transport: Transport) => void) => void opened.promise.then(act);
  return {
    send: (message) => then((transport) => transport.send(message)),
    onMessage: (listener) => then((transport) => transport.onMessage(listener)),
    onClose: (listener) => then((transport) => transport.onClose(listener)),
    close: () => then((transport) => transport.close()),
  };
}
