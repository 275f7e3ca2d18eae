// A row in every table that version 3 added, in plain SQL as that version wrote it: for the test of migrations alone.
import type { Connection } from '../connection.ts';

const text =
  '{"step":2,"layers":0,"experts":0,"singularValues":[],"norms":[],"load":[],"normLoadCorrelation":[],"drift":null,' +
  '"orthogonality":{"l1":[],"meanSquare":[],"direction":[]},"gram":{"$":"Float64Array","at":0,"length":0},' +
  '"cosine":{"$":"Float64Array","at":0,"length":0},"loss":3.5,"counts":{"$":"Float64Array","at":0,"length":2}}';
/** The text with its length before it, padded to eight bytes, and the two numbers, as version 3 encoded it. */
const padded = text.padEnd(8 * Math.ceil((4 + text.length) / 8) - 4);
const result = `${padded.length
  .toString(16)
  .padStart(4, '0')
  .replace(/(..)(..)/, '$2$1')}0000${Buffer.from(padded).toString('hex')}000000000000f03f0000000000000040`;

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
