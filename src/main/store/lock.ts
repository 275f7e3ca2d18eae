// One lab per home: an open write transaction on a small SQLite file of its own. The system frees it when the process
// ends, however it ends; what lies in the file afterwards means nothing.
import { dirname } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { Connection } from './connection.ts';

export interface Lock {
  release(): void;
}

const patience = 1000;

/** A connection that nobody refers to is closed by the garbage collector, which would free its lock. */
const held = new Set<Connection>();

/** @throws LabError 'store' naming the process that holds the home already. */
export function takeLock(file: string): Lock {
  let connection: Connection | undefined;
  try {
    connection = new Connection(file, { mode: 'write', busyTimeout: patience });
    const mark = `${process.pid} ${crypto.randomUUID()}`;
    // The name must be committed to be readable by others, which frees the lock for an instant: when another process
    // slipped in there and went away again, the name is its, and is written anew.
    while (holder(connection) !== mark) {
      if (connection.inTransaction) connection.exec('ROLLBACK');
      begin(connection);
      connection.exec('CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT) STRICT');
      connection.run('INSERT OR REPLACE INTO holder VALUES (1, @mark)', { mark });
      connection.exec('COMMIT');
      begin(connection);
    }
  } catch (error) {
    connection?.close();
    throw explained(error);
  }
  const holding = connection;
  held.add(holding);
  return {
    release() {
      held.delete(holding);
      holding.close();
    },
  };
}

/** A damaged lock needs no backup: nothing lies in it. */
function explained(error: unknown): unknown {
  if (!(error instanceof LabError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.value ?? ''))) return error;
  return new LabError('store', error.message, {
    ...error.toJSON(),
    remedy: 'Close every lab of this home and delete that file: nothing is kept in it.',
  });
}

function begin(connection: Connection): void {
  try {
    connection.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (!(error instanceof LabError && error.value?.startsWith('SQLITE_BUSY'))) throw error;
    const owner = holder(connection)?.split(' ')[0] ?? 'unknown';
    throw new LabError(
      'store',
      `The lab in ${dirname(connection.file)} is already open in process ${owner}; nothing was changed.`,
      {
        field: connection.file,
        value: owner,
        remedy: `Use the one that is open, or close it first: Ctrl-C where it runs, or kill ${owner}, which pauses its runs with a checkpoint.`,
      },
    );
  }
}

function holder(connection: Connection): string | undefined {
  const table = connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'holder'");
  return table ? connection.get<{ mark: string }>('SELECT mark FROM holder')?.mark : undefined;
}
