// A lab's file as a lab of an earlier version left it, with rows in every table: for tests alone.
import { Connection } from '../connection.ts';
import { applicationId } from '../inspect.ts';
import { fillVersion1 } from './0001-sample.ts';
import { fillVersion3 } from './0003-sample.ts';
import { fillVersion4 } from './0004-sample.ts';
import { migrate, migrations } from './index.ts';

export function makeFilledFile(file: string, version: number): void {
  const connection = new Connection(file, { mode: 'write', busyTimeout: 0 });
  connection.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${applicationId}`);
  migrate(connection, migrations.slice(0, 1));
  fillVersion1(connection);
  migrate(connection, migrations.slice(0, Math.min(version, 3)));
  if (version >= 3) fillVersion3(connection);
  migrate(connection, migrations.slice(0, version));
  if (version >= 4) fillVersion4(connection);
  connection.close();
}
