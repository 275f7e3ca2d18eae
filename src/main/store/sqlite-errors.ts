// What SQLite and the file system refuse, as LabErrors that name the file and the next action. `value` keeps the original
// code ('SQLITE_BUSY', 'EACCES'), so that a caller can tell a fault that passes from one that stays.
import { LabError } from '../../shared/errors.ts';

const explanations: [pattern: RegExp, says: (file: string) => string, remedy: string][] = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    (file) => `Another program holds the database ${file} locked; nothing was written.`,
    'Close the other program, or wait until it is done.',
  ],
  [
    /^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)/,
    (file) => `The disk is full: ${file} could not grow; nothing was written.`,
    'Free some space.',
  ],
  [
    /^SQLITE_NOTADB/,
    (file) => `${file} is not an SQLite database, or its first page is damaged; it was left as it is.`,
    'Restore it from a backup, or open another home folder.',
  ],
  [
    /^SQLITE_CORRUPT/,
    (file) => `The database ${file} is damaged; it was left as it is.`,
    'Restore it from a backup, or open another home folder.',
  ],
  [
    /^(SQLITE_READONLY|EACCES|EPERM|EROFS)/,
    (file) => `${file} cannot be written.`,
    'Give this user the right to write there, or open another home folder.',
  ],
  [
    /^(SQLITE_CANTOPEN|ENOENT|ENOTDIR|EEXIST|EISDIR|ELOOP|ENAMETOOLONG|ERR_INVALID_ARG_VALUE)/,
    (file) => `${file} cannot be opened or created.`,
    'Check that the path is right, that its parts are folders and that this user may write there.',
  ],
  [
    /^(SQLITE_IOERR|EIO)/,
    (file) => `The system failed to read or write ${file}.`,
    'Check the disk, then open the lab again.',
  ],
];

/** A thrown SqliteError or file-system error as a LabError 'store' about `file`; anything else as it is. */
export function storeError(file: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code === undefined) return thrown;
  const known = explanations.find(([pattern]) => pattern.test(code));
  const message = known ? known[1](file) : `${file} could not be used: ${(thrown as Error).message}.`;
  return new LabError('store', message, { field: file, value: code, ...(known && { remedy: known[2] }) });
}

/** True for a fault that passes by itself or by a person's help (a lock, a full disk): keep the data and try again. */
export function isTemporary(thrown: unknown): boolean {
  return (
    thrown instanceof LabError &&
    thrown.code === 'store' &&
    /^(SQLITE_(BUSY|LOCKED|FULL|IOERR_SHMSIZE)|ENOSPC|EDQUOT)/.test(thrown.value ?? '')
  );
}

function codeOf(thrown: unknown): string | undefined {
  if (thrown instanceof LabError || !(thrown instanceof Error)) return undefined;
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
