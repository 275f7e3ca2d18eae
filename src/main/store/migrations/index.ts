// The ordered list of migrations: the n-th takes a file from version n − 1 to n. Files once released never change;
// a new version is a new file at the end of the list.
import type { Connection } from '../connection.ts';
import { base } from './0001-base.ts';
import { annotations } from './0002-annotations.ts';
import { studies } from './0003-studies.ts';
import { imports } from './0004-imports.ts';
import { unseen } from './0005-unseen.ts';

export type Migration = (connection: Connection) => void;

export const migrations: readonly Migration[] = [base, annotations, studies, imports, unseen];

/** Brings a file from its `user_version` to the newest, one transaction each: a failure leaves the version before it. */
export function migrate(connection: Connection, list: readonly Migration[] = migrations): void {
  for (let version = connection.pragma('user_version') as number; version < list.length; version++) {
    connection.transaction(() => {
      list[version]!(connection);
      connection.pragma(`user_version = ${version + 1}`);
    });
  }
}
