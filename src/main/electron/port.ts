// The shell's end of a channel to a page.
import type { MessagePortMain } from 'electron';
import type { Transport } from '../../shared/rpc.ts';

export function overPortMain(port: MessagePortMain): Transport {
  const closed = new Promise<void>((resolve) => port.once('close', () => resolve()));
  let open = true;
  void closed.then(() => {
    open = false;
  });
  return {
    send: (message) => {
      if (open) port.postMessage(message);
    },
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    onClose: (listener) => void closed.then(listener),
    close: () => port.close(),
  };
}
