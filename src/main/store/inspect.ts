// Is this file a lab of ours, whole, and of which version? Answered through connections that cannot write, before
// anything else touches the file: what is refused here is left byte for byte as it was.
import { existsSync, lstatSync, statSync } from 'node:fs';
import { LabError } from '../../shared/errors.ts';
import { Connection } from './connection.ts';
import { type Migration, migrate } from './migrations/index.ts';
import { storeError } from './sqlite-errors.ts';

/** 'SiBa' in ASCII: SQLite's application_id of every lab file. */
export const applicationId = 0x53694261;

/**
 * The version of the lab file, or null where there is none.
 * @throws LabError 'store' for whatever else lies there.
 */
export function inspect(file: string, migrations: readonly Migration[]): number | null {
  const journal = `${file}-journal`;
  const log = `${file}-wal`;
  if (existsSync(journal)) refuse(journal, 'is not of a lab, and SQLite would follow it', 'present');
  if (!exists(file)) {
    if (hasContent(log)) refuse(file, `is missing while its log ${log} is there`, 'missing');
    return null;
  }
  const { size } = regular(file);
  if (size === 0) refuse(file, 'is empty: it is not, or no longer, the database of a lab', '0 bytes');
  const logged = hasContent(log);
  const connection = new Connection(file, { mode: 'read', busyTimeout: 2000 });
  try {
    const version = versionOf(connection, migrations);
    // SQLite reads what is missing of a last page as zeros. While a log is there, pages may be on their way.
    if (!logged && size % (connection.pragma('page_size') as number) !== 0)
      refuse(file, 'is cut short', `${size} bytes`);
    return version;
  } finally {
    connection.close();
  }
}

function versionOf(connection: Connection, migrations: readonly Migration[]): number {
  const { file } = connection;
  const application = connection.pragma('application_id') as number;
  if (application !== applicationId)
    refuse(file, 'is the database of another program', `application_id ${application}`);
  const version = connection.pragma('user_version') as number;
  if (version > migrations.length) {
    throw new LabError(
      'store',
      `${file} is of version ${version}; this lab knows versions up to ${migrations.length}.`,
      {
        field: file,
        value: String(version),
        remedy: 'Open it with a newer lab.',
      },
    );
  }
  if (version < 1) refuse(file, 'is damaged: its version is not one of a lab', String(version));
  // Before the check of what is in them, which would follow the expressions of somebody else's tables for as long as these like.
  if (schemaOf(connection) !== schemaOfVersion(version, migrations)) {
    refuse(file, `has other tables, indexes or triggers than a lab of version ${version}`, `version ${version}`);
  }
  const found = connection.pragma('quick_check(1)');
  if (found !== 'ok') refuse(file, 'is damaged', String(found));
  return version;
}

function schemaOfVersion(version: number, migrations: readonly Migration[]): string {
  const model = new Connection(':memory:', { mode: 'write', busyTimeout: 0 });
  migrate(model, migrations.slice(0, version));
  const schema = schemaOf(model);
  model.close();
  return schema;
}

/** Characters of a schema that is looked at; a lab's has a fiftieth of them. */
const longestSchema = 1_000_000;

/** SQLite's own entries too: a name alone makes nothing SQLite's own. */
function schemaOf(connection: Connection): string {
  const { length } = connection.get<{ length: number }>(
    'SELECT total(octet_length(name) + coalesce(octet_length(sql), 0)) AS length FROM sqlite_schema',
  )!;
  if (length > longestSchema) return `${length} characters`;
  return JSON.stringify(connection.all('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name'));
}

function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Also true for a link that leads nowhere. */
function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function regular(file: string): { size: number } {
  try {
    const status = statSync(file);
    if (!status.isFile()) refuse(file, 'is not a file', status.isDirectory() ? 'a folder' : 'a device or pipe');
    return status;
  } catch (error) {
    throw storeError(file, error);
  }
}

function refuse(file: string, fault: string, value: string): never {
  throw new LabError('store', `${file} ${fault} (${value}); it was left as it is.`, {
    field: file,
    value,
    remedy: 'Restore it from a backup, move it away to start an empty lab, or open another home folder.',
  });
}
