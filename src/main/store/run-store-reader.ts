// A process that lists the runs in the store of another lab, and ends. Whoever made that store is not trusted: it is read here, where
// nothing is lost when reading it ends badly, and as a copy, so that the original stays byte for byte what it was, whatever its
// version. What the copy is refused for is told of the original.
import { constants, copyFileSync, existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { objectiveText } from '../../shared/config/objective-text.ts';
import { LabError } from '../../shared/errors.ts';
import { mostStoredRuns, type StoredRun, type StoreListing } from '../../shared/inspection.ts';
import type { WorkerCommand, WorkerEvent } from '../../shared/worker-messages.ts';
import { homePaths } from './home.ts';
import { openStore, type Store } from './index.ts';

type StoreJob = Extract<WorkerCommand, { type: 'store' }>['job'];

const largestBytes = 4 * 2 ** 30;

/** @throws LabError 'store' */
function list({ path, scratch }: StoreJob): StoreListing {
  const home = statSync(path).isDirectory() ? path : dirname(path);
  const file = join(home, basename(homePaths(home).file));
  const copy = homePaths(scratch);
  try {
    copyWhole(file, copy.file);
    const store = openStore(scratch);
    try {
      return listing(store, home, scratch);
    } finally {
      store.close();
    }
  } catch (thrown) {
    const { code, message, value } = LabError.from(thrown);
    throw new LabError(code, message.replaceAll(copy.file, file).replaceAll(scratch, home), {
      field: file,
      ...(value && { value }),
      remedy: 'Choose the home folder of a lab, or its lab.sqlite.',
    });
  }
}

/** With its log, and again where the lab that it belongs to wrote meanwhile. */
function copyWhole(from: string, to: string): void {
  const ends = ['', '-wal', '-journal'].filter((end) => existsSync(from + end));
  const state = () => ends.map((end) => statSync(from + end)).map(({ size, mtimeMs }) => `${size} ${mtimeMs}`);
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = state();
    for (const end of ends) {
      const status = statSync(from + end);
      if (!status.isFile()) throw refusal(from, 'is not a file');
      if (status.size > largestBytes) throw refusal(from, `has ${status.size} bytes; at most ${largestBytes} are read`);
      copyFileSync(from + end, to + end, constants.COPYFILE_FICLONE);
    }
    if (String(state()) === String(before)) return;
  }
  throw refusal(from, 'is being written all the time by the lab that it belongs to');
}

const refusal = (file: string, fault: string) => new LabError('store', `${file} ${fault}.`, { field: file });

function listing(store: Store, home: string, scratch: string): StoreListing {
  const experiments = new Map(store.experiments.list().map(({ id, name }) => [id, String(name)]));
  const runs = store.runs.list().reverse();
  const original = (folder: string) =>
    folder.startsWith(`${scratch}${sep}`) ? join(home, relative(scratch, folder)) : null;
  return {
    path: home,
    experiments: experiments.size,
    runCount: runs.length,
    runs: runs.slice(0, mostStoredRuns).map(
      ({ id, name, experiment, status, created, configuration }): StoredRun => ({
        id,
        name: String(name),
        experiment: experiments.get(experiment) ?? '',
        status: String(status),
        created: String(created),
        objective: objectiveOf(configuration),
        checkpoints: store.checkpoints.list(id).map(({ step, folder, bytes }) => {
          // What lies outside of the home is named and not looked at.
          const within = original(folder);
          return {
            step,
            folder: within ?? folder,
            bytes,
            present: within !== null && existsSync(join(within, 'state.json')),
          };
        }),
      }),
    ),
  };
}

function objectiveOf(configuration: { objective: Parameters<typeof objectiveText>[0] }): string {
  try {
    return objectiveText(configuration.objective);
  } catch {
    return 'not known here';
  }
}

// ------------------------------------------------------------------------------------------------------------ the process

/** What Electron gives a utility process instead of process.send. */
interface ParentPort {
  postMessage(message: WorkerEvent): void;
  on(event: 'message', listener: (message: { data: WorkerCommand }) => void): void;
}

const port = (process as { parentPort?: ParentPort }).parentPort;
/** Electron does not tell when a message was handed over. */
const linger = 200;

function say(event: WorkerEvent): Promise<void> {
  if (port) {
    port.postMessage(event);
    return new Promise((resolve) => setTimeout(resolve, linger));
  }
  return new Promise((resolve) => process.send!(event, undefined, {}, () => resolve()));
}

async function answer(command: WorkerCommand): Promise<void> {
  if (command.type === 'pause') process.exit(0);
  if (command.type !== 'store') return;
  try {
    await say({ type: 'store', store: list(command.job) });
  } catch (thrown) {
    await say({ type: 'failed', error: LabError.from(thrown).toJSON(), step: null, checkpoint: null });
  }
  process.exit(0);
}

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
if (port) port.on('message', ({ data }) => void answer(data));
else process.on('message', (command) => void answer(command as WorkerCommand));
