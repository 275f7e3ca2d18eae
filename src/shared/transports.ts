// What carries messages, as rpc.ts wants it: a MessagePort, a WebSocket, a child process, or nothing at all within one process.
import type { Transport } from './rpc.ts';
import { decode, encode } from './wire.ts';

/** Between two parts of one process; messages are cloned, as everywhere else. */
export function inProcess(): [Transport, Transport] {
  const { port1, port2 } = new MessageChannel();
  return [overPort(port1), overPort(port2)];
}

/** A MessagePort of a page, a worker or Node. */
export function overPort(port: MessagePort): Transport {
  const closing = once();
  port.addEventListener('close', closing.tell);
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.addEventListener('message', ({ data }) => listener(data));
      port.start();
    },
    onClose: closing.listen,
    close() {
      port.close();
      closing.tell();
    },
  };
}

/** What a page's WebSocket and the one of a server have in common. */
interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

const connecting = 0;
const opened = 1;
/** Close code, of those that a page may use too: the other side does not speak the protocol. */
const protocolError = 4002;
/** Close code: the other side does not read what it is sent. */
const tooSlow = 4008;
/** Bytes that may wait for the other side to read. */
const mostBuffered = 128 * 2 ** 20;

/** By message: one that goes to many is encoded for the first of them. */
const encodings = new WeakMap<object, Uint8Array<ArrayBuffer>>();

function encodedOnce(message: unknown): Uint8Array<ArrayBuffer> {
  if (typeof message !== 'object' || message === null) return encode(message);
  const bytes = encodings.get(message) ?? encode(message);
  encodings.set(message, bytes);
  return bytes;
}

/** What is sent before it is open waits until it is. A message that was sent is not to change after. */
export function overWebSocket(socket: Socket): Transport {
  const closing = once();
  const waiting: unknown[] = [];
  socket.binaryType = 'arraybuffer';
  const send = (message: unknown) => {
    if (socket.readyState === connecting) waiting.push(message);
    else if (socket.readyState === opened && socket.bufferedAmount > mostBuffered) socket.close(tooSlow);
    else if (socket.readyState === opened) socket.send(encodedOnce(message));
  };
  socket.addEventListener('open', () => waiting.splice(0).forEach(send));
  socket.addEventListener('close', closing.tell);
  // Its 'close' follows; an error that nobody hears would end a server.
  socket.addEventListener('error', () => {});
  return {
    send,
    onMessage(listener) {
      socket.addEventListener('message', ({ data }) => {
        // What came after the message that it was closed for.
        if (socket.readyState !== opened) return;
        let message: unknown;
        try {
          if (!(data instanceof ArrayBuffer)) throw new TypeError('Messages are bytes.');
          message = decode(new Uint8Array(data));
        } catch {
          return socket.close(protocolError);
        }
        listener(message);
      });
    },
    onClose: closing.listen,
    close: () => socket.close(protocolError),
  };
}

/** A child process, or the parent of one, started with structured clone as its serialization. */
interface Peer {
  readonly connected: boolean;
  send?(message: unknown, onError: (error: Error | null) => void): unknown;
  disconnect?(): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

export function overProcess(peer: Peer): Transport {
  const closing = once();
  peer.on('disconnect', closing.tell);
  return {
    send: (message) => void (peer.connected && peer.send?.(message, () => {})),
    onMessage: (listener) => void peer.on('message', listener),
    onClose: closing.listen,
    close: () => void (peer.connected && peer.disconnect?.()),
  };
}

/** Something that happens at most once, also for those who ask when it has happened. */
function once(): { tell(): void; listen(listener: () => void): void } {
  const happened = Promise.withResolvers<void>();
  return { tell: happened.resolve, listen: (listener) => void happened.promise.then(listener) };
}
