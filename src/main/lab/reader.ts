// A process that reads what other labs wrote, a run store or a bundle, and ends. Whoever made it is not trusted: it is read here,
// where nothing is lost when reading it ends badly.
import { Worker } from 'node:worker_threads';
import { LabError } from '../../shared/errors.ts';
import type { WorkerCommand, WorkerEvent } from '../../shared/worker-messages.ts';
import { heartbeatFile } from '../compute/worker-file.ts';
import { listRuns } from '../store/run-store-listing.ts';
import { readBundle } from './imports/read-bundle.ts';

/** What Electron gives a utility process instead of process.send. */
interface ParentPort {
  postMessage(message: WorkerEvent): void;
  on(event: 'message', listener: (message: { data: WorkerCommand }) => void): void;
}

const port = (process as { parentPort?: ParentPort }).parentPort;
/** Electron does not tell when a message was handed over. */
const linger = 200;
/** Pieces that the lab has not stored yet. */
const mostAhead = 16;

let acknowledged = 0;
let wake = Promise.withResolvers<void>();

/** Resolves when it is handed over, and there is room for another one. */
async function say(event: WorkerEvent): Promise<void> {
  if (port) port.postMessage(event);
  else await new Promise<void>((resolve) => process.send!(event, undefined, {}, () => resolve()));
  while ('sequence' in event && event.sequence - acknowledged >= mostAhead) await wake.promise;
}

async function carryOut(command: Extract<WorkerCommand, { type: 'store' | 'bundle' }>): Promise<void> {
  try {
    if (command.type === 'store') await say({ type: 'store', store: await listRuns(command.job) });
    else await readBundle(command.job, say);
  } catch (thrown) {
    await say({ type: 'failed', error: LabError.from(thrown).toJSON(), step: null, checkpoint: null });
  }
  if (port) setTimeout(() => process.exit(0), linger);
  else process.exit(0);
}

function take(command: WorkerCommand): void {
  if (command.type === 'pause') process.exit(0);
  else if (command.type === 'acknowledge') {
    acknowledged = command.sequence;
    wake.resolve();
    wake = Promise.withResolvers();
  } else if (command.type === 'store' || command.type === 'bundle') void carryOut(command);
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
if (port) port.on('message', ({ data }) => take(data));
else process.on('message', (command) => take(command as WorkerCommand));
new Worker(heartbeatFile()).unref();
