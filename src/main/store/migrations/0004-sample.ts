// A row in every table that version 4 added, in plain SQL as that version wrote it: for the test of migrations alone.
import type { Connection } from '../connection.ts';

export function fillVersion4(connection: Connection): void {
  const now = '2026-01-02T03:04:05.678Z';
  const points = '000000000000f03f00000000000000400000000000000040000000000000f03f';
  connection.exec(`
    INSERT INTO imported_curve VALUES ('1dddddddd', 'old curve', 'loss', 'training loss', 'step', 'step', 512.0, 2, 'table',
      '/old.csv', 'a7', '${now}', '[]');
    INSERT INTO imported_piece VALUES (1, '1dddddddd', 0, x'${points}', x'${points}');
    INSERT INTO origin VALUES ('run', '1bbbbbbbb', 'f00', 'bundle.zip', '${now}');
  `);
}
