// A row in every table that version 3 added, in plain SQL as that version wrote it: for the test of migrations alone.
import type { Connection } from '../connection.ts';

/** {"loss":3.5,"counts":Float64Array [1, 2]} as version 3 encoded it. */
const result =
  '3c000000' +
  Buffer.from('{"loss":3.5,"counts":{"$":"Float64Array","at":0,"length":2}}').toString('hex') +
  '000000000000f03f0000000000000040';

export function fillVersion3(connection: Connection): void {
  const now = '2026-01-02T03:04:05.678Z';
  const request = '{"kind":"geometry","run":"1bbbbbbbb","steps":[2],"tokens":16384}';
  const provenance = '{"engine":"onnx-cpu","device":"test","threads":2,"versions":{"node":"24"}}';
  connection.exec(`
    INSERT INTO study VALUES ('1cccccccc', '1bbbbbbbb', '${request}', 'f6', 'completed', NULL, NULL, '${provenance}', 1,
      '${now}', '${now}');
    INSERT INTO study_part VALUES (1, '1cccccccc', 'step 2', x'${result}');
  `);
}
