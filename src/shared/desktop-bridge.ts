// What the desktop shell adds to a page, as `window.lab`. A page that has none talks to the lab over a WebSocket instead.

export interface DesktopBridge {
  /**
   * Asks for a channel to the lab. It comes to the page as a 'message' event of the window, its data `portMessage` and its
   * first port the channel: overPort() of it is a Transport. A page asks once each time it is loaded.
   */
  connect(): void;
  /** Where a file that was dropped on the page lies; empty for one that lies nowhere. */
  pathOf(file: File): string;
}

export const portMessage = 'simbal-lab-port';

/** Where a served page finds its WebSocket, on the host that it came from. */
export const socketPath = '/socket';
