// Keeps the write-ahead log short while other programs read. SQLite itself begins it anew at a commit at which nobody reads from
// it: with readers that overlap there is none, and it grows for as long as they come. One reader that stays is waited for no
// longer than for a lock; as long as it reads, the log grows, and after it the log is short again.
import { statSync } from 'node:fs';
import type { Connection } from './connection.ts';

/** Bytes of a log that is let grow; SQLite cuts a longer one to this when it begins it anew. */
export const longestLog = 64 * 2 ** 20;

/** To be called after each commit. Whatever goes wrong is no fault of the commit: it is on the disk already. */
export function boundLog(connection: Connection, longest: number): () => void {
  const file = `${connection.file}-wal`;
  let bound = longest;
  const length = () => {
    try {
      return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    } catch {
      return 0;
    }
  };
  return () => {
    if (length() <= bound) return;
    try {
      // Readers that come now read from the database alone, those that are there come to their end.
      connection.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // A full disk, say: the next write will tell.
    }
    // Where somebody reads on and on, it is not tried at each commit: each time costs the patience of a lock.
    bound = length() + longest;
  };
}
