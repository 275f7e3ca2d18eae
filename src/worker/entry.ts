// A worker process: one job, told by its parent, then the end. The only file that knows it is a process.
import { Worker } from 'node:worker_threads';
import { LabError } from '../shared/errors.ts';
import type { WorkerCommand, WorkerEvent } from '../shared/worker-messages.ts';
import { carryOut, type JobCommand } from './jobs.ts';
import { Outbox } from './outbox.ts';

interface Channel {
  /** Resolves when the event is handed over to the system, where the channel tells. */
  send(event: WorkerEvent): Promise<void>;
  listen(listener: (command: WorkerCommand) => void): void;
  /** Milliseconds that the last event may need after it was sent. */
  linger: number;
}

/** What Electron gives a utility process instead of process.send. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: { data: WorkerCommand }) => void): void;
}

function parentChannel(): Channel | null {
  const port = (process as { parentPort?: ParentPort }).parentPort;
  if (port) {
    return {
      send: async (event) => port.postMessage(event),
      listen: (listener) => port.on('message', ({ data }) => listener(data)),
      linger: 200,
    };
  }
  const send = process.send?.bind(process);
  if (!send) return null;
  return {
    send: (event) =>
      new Promise((resolve, reject) => {
        send(event, undefined, undefined, (error) => (error ? reject(error) : resolve()));
      }),
    listen: (listener) => process.on('message', (command) => listener(command as WorkerCommand)),
    linger: 0,
  };
}

const channel = parentChannel();
if (!channel) {
  process.stderr.write('This is a worker of the lab; the lab starts it.\n');
  process.exit(2);
}

const { send, listen, linger } = channel;
const outbox = new Outbox(send);
const pause = new AbortController();
let busy = false;

function heartbeat(): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  new Worker(new URL(`./heartbeat.${extension}`, import.meta.url)).unref();
}

async function work(command: JobCommand): Promise<void> {
  try {
    await carryOut(command, (event) => outbox.send(event), pause.signal);
    leave(0);
  } catch (thrown) {
    await fail(thrown);
  }
}

const leave = (code: number) => setTimeout(() => process.exit(code), linger);

async function fail(thrown: unknown): Promise<void> {
  const error = LabError.from(thrown).toJSON();
  await send({ type: 'failed', error, step: null, checkpoint: null }).catch(() => {});
  leave(1);
}

function stop(): void {
  pause.abort();
  if (!busy) process.exit(0);
}

// An interrupt reaches every process of a terminal at once; it is the lab's to decide what becomes of its workers.
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
process.on('disconnect', () => process.exit(1));
// A lab that was killed while this was still loading has been said to be gone already.
if (process.send && !process.connected) process.exit(1);
process.on('uncaughtException', fail);

listen((command) => {
  if (command.type === 'pause') stop();
  else if (command.type === 'acknowledge') outbox.acknowledge(command.sequence);
  else if (!busy && command.type !== 'store' && command.type !== 'bundle') {
    busy = true;
    void work(command);
  }
});

heartbeat();
await send({ type: 'ready', process: process.pid });
