// Opening a home: lock, inspect, create or migrate, in this order. Nothing that is refused has been changed.
import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { makeLastingFolder, synchroniseFolder } from '../synchronise-folder.ts';
import { Connection } from './connection.ts';
import { homePaths } from './home.ts';
import type { ReadOnlyStore, Store } from './index.ts';
import { applicationId, inspect } from './inspect.ts';
import { takeLock } from './lock.ts';
import { boundLog, longestLog } from './log-bound.ts';
import { type Migration, migrate, migrations as newest } from './migrations/index.ts';
import { storeError } from './sqlite-errors.ts';
import { storeOver, whileOpening } from './store.ts';

export interface OpenOptions {
  /**
   * Milliseconds that a call waits, blocking, for another program's lock; then it fails and isTemporary says so. Little, as a
   * lab that blocks answers nobody: whoever can wait tries again. Opening and recovering wait longer.
   */
  busyTimeout?: number;
  /** Another history of the file's tables than this lab's: for tests of migrations. */
  migrations?: readonly Migration[];
}

/**
 * Opens the lab of a home folder to write, creating both when absent. One process at a time can.
 * @throws LabError 'store'
 */
export function openStore(home: string, { busyTimeout = 50, migrations = newest }: OpenOptions = {}): Store {
  const paths = homePaths(home);
  makeFolder(paths.home);
  const lock = takeLock(join(paths.home, 'lab.lock'));
  let connection: Connection | undefined;
  try {
    if (inspect(paths.file, migrations) === null) create(paths.file, migrations);
    connection = openForWriting(paths.file, whileOpening);
    migrate(connection, migrations);
    connection.pragma(`busy_timeout = ${busyTimeout}`);
    for (const folder of [paths.corpora, paths.checkpoints, paths.reports]) makeFolder(folder);
  } catch (error) {
    connection?.close();
    lock.release();
    throw error;
  }
  return storeOver(connection, paths, () => lock.release());
}

/**
 * Opens the lab of a home folder to read, also while another process writes it. Changes nothing in the file.
 * @throws LabError 'store', also when there is no lab, it is of an older version, or its folder cannot be written: SQLite
 * keeps its index for readers beside the file.
 */
export function openStoreReadOnly(home: string, { busyTimeout = 2000 }: { busyTimeout?: number } = {}): ReadOnlyStore {
  const paths = homePaths(home);
  const version = inspect(paths.file, newest);
  if (version !== newest.length) {
    const fault = version === null ? 'there is no lab' : `the lab is of version ${version}, not ${newest.length}`;
    throw new LabError('store', `In ${paths.home} ${fault}.`, {
      field: paths.file,
      value: String(version ?? 'missing'),
      remedy: version === null ? 'Name a folder that holds a lab.sqlite.' : 'Open it once to write, which updates it.',
    });
  }
  return storeOver(new Connection(paths.file, { mode: 'read', busyTimeout }), paths, () => {});
}

/** A connection as every writer of a lab's file has it: each commit is on the disk before the call returns. */
export function openForWriting(file: string, busyTimeout: number, longest = longestLog): Connection {
  const connection = new Connection(file, { mode: 'write', busyTimeout });
  try {
    connection.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${longest}`);
    connection.onCommit = boundLog(connection, longest);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A new database under its name only once it is whole, so that an empty lab.sqlite is never ours. */
function create(file: string, migrations: readonly Migration[]): void {
  const unfinished = `${file}.new`;
  try {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + suffix, { force: true });
    const connection = openForWriting(unfinished, 0);
    try {
      connection.pragma(`application_id = ${applicationId}`);
      migrate(connection, migrations);
    } finally {
      connection.close();
    }
    renameSync(unfinished, file);
    synchroniseFolder(dirname(file));
  } catch (error) {
    throw storeError(file, error);
  }
}

function makeFolder(folder: string): void {
  try {
    makeLastingFolder(folder);
  } catch (error) {
    throw storeError(folder, error);
  }
}
