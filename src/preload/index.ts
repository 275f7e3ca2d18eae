// All that a page in a window has beyond the web: a channel to the lab, and where dropped files lie. Runs in the sandbox;
// what the channel may carry is checked where it ends.
import { contextBridge, ipcRenderer, webUtils } from 'electron';

import { connectChannel, type DesktopBridge, portMessage } from '../shared/desktop-bridge.ts';

const bridge: DesktopBridge = {
  connect() {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage(connectChannel, null, [port2]);
    window.postMessage(portMessage, location.origin, [port1]);
  },
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('lab', Object.freeze(bridge));
