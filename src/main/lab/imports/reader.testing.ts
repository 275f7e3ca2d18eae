// The reader of bundles in the process of the tests, so that hundreds can be read in a second: for tests alone.
import { LabError } from '../../../shared/errors.ts';
import type { WorkerEvent } from '../../../shared/worker-messages.ts';
import type { LaunchWorker, WorkerExit } from '../../compute/index.ts';
import { readBundle } from './read-bundle.ts';

export const readerInProcess: LaunchWorker = () => {
  const { promise, resolve } = Promise.withResolvers<WorkerExit>();
  let listener: (event: WorkerEvent) => void = () => {};
  let acknowledged = Promise.withResolvers<void>();
  let ended = false;
  const end = (signal: string | null) => {
    ended = true;
    resolve({ code: signal ? null : 0, signal, lastWords: '' });
  };
  /** As a process hands it over: nothing of it is shared. */
  const say = async (event: WorkerEvent) => {
    if (ended) return new Promise<void>(() => {});
    acknowledged = Promise.withResolvers();
    listener(structuredClone(event));
    if ('sequence' in event) await acknowledged.promise;
  };
  return {
    pid: undefined,
    send(command) {
      if (command.type === 'acknowledge') acknowledged.resolve();
      if (command.type !== 'bundle') return;
      void readBundle(command.job, say)
        .catch((thrown) => say({ type: 'failed', error: LabError.from(thrown).toJSON(), step: null, checkpoint: null }))
        .then(() => end(null));
    },
    onMessage: (given) => {
      listener = given;
    },
    onHeartbeat: () => {},
    onExit: (given) => void promise.then(given),
    kill: () => end('SIGKILL'),
  };
};
