// The runs in the store of another lab. Whoever made that store is not trusted: it is read as a copy, so that the original stays byte
// for byte what it was, whatever its version, in a process that can be killed (lab/reader.ts), and not before it is known to be as
// small as a lab's. What the copy is refused for is told of the original.
import { constants, copyFileSync, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { objectiveText } from '../../shared/config/objective-text.ts';
import { LabError } from '../../shared/errors.ts';
import { mostStoredRuns, type StoredRun, type StoreListing } from '../../shared/inspection.ts';
import type { WorkerCommand } from '../../shared/worker-messages.ts';
import { Connection } from './connection.ts';
import { homePaths } from './home.ts';
import { openStore, type Store } from './index.ts';
import { storeError } from './sqlite-errors.ts';

type StoreJob = Extract<WorkerCommand, { type: 'store' }>['job'];

const largestBytes = 4 * 2 ** 30;
/** Of each table whose rows are held at once. */
const mostRows = 200_000;
const mostRowBytes = 2 ** 28;
/** Bytes that are left free where the copy lies. */
const leftFree = 2 ** 26;

/** @param job a home folder or its lab.sqlite, and an empty folder to copy it to. @throws LabError 'store' */
export function listRuns({ path, scratch }: StoreJob): StoreListing {
  const copy = homePaths(scratch);
  let home = path;
  let file = path;
  try {
    if (statSync(path).isDirectory()) file = homePaths(path).file;
    else home = dirname(path);
    copyWhole(file, copy.file);
    const store = openStore(scratch);
    try {
      requireSmall(copy.file);
      return listing(store, home, scratch);
    } finally {
      store.close();
    }
  } catch (thrown) {
    const { code, message, value } = LabError.from(storeError(file, thrown));
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
    requireRoom(from, to, ends);
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

function requireRoom(from: string, to: string, ends: readonly string[]): void {
  const bytes = ends.reduce((sum, end) => sum + statSync(from + end).size, 0);
  const { bavail, bsize } = statfsSync(dirname(to));
  if (bytes <= largestBytes && bytes + leftFree > bavail * bsize) {
    throw refusal(from, `is read as a copy of ${bytes} bytes, and ${dirname(to)} has room for ${bavail * bsize}`);
  }
}

/** Asked of a file whose schema is known to be a lab's: no view, no trigger and no function of somebody else answers. */
function requireSmall(file: string): void {
  const connection = new Connection(file, { mode: 'read', busyTimeout: 0 });
  try {
    for (const table of ['experiment', 'run', 'checkpoint']) {
      const columns = connection.all<{ name: string }>('SELECT name FROM pragma_table_info(@table)', { table });
      const size = columns.map(({ name }) => `coalesce(octet_length(${name}), 0)`).join(' + ');
      const { rows, bytes } = connection.get<{ rows: number; bytes: number }>(
        `SELECT count(*) AS rows, total(${size}) AS bytes FROM ${table}`,
      )!;
      if (rows > mostRows || bytes > mostRowBytes) {
        const most = `at most ${mostRows} rows of ${mostRowBytes} bytes are read`;
        throw refusal(file, `holds ${rows} rows of the kind "${table}" with ${bytes} bytes; ${most}`);
      }
    }
  } finally {
    connection.close();
  }
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
