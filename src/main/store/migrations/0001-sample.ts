// A row in every table of version 1, in plain SQL as that version wrote it: for the test of migrations alone.
import type { Connection } from '../connection.ts';
import { sampleConfiguration, sampleStart } from '../sample-data.ts';

export function fillVersion1(connection: Connection): void {
  const now = '2026-01-02T03:04:05.678Z';
  connection.exec(`
    INSERT INTO experiment VALUES ('1aaaaaaaa', 'old experiment', 'kept', '${now}');
    INSERT INTO run VALUES ('1bbbbbbbb', '1aaaaaaaa', 'old run', '${JSON.stringify(sampleConfiguration)}', 'd4', 'g', NULL, NULL,
      'completed', NULL, NULL, '${now}', '${now}');
    INSERT INTO segment VALUES (1, '1bbbbbbbb', 0, 2, NULL, NULL, '${JSON.stringify(sampleStart)}', '${now}', '${now}', 'completed', 2);
    INSERT INTO series VALUES (1, 1, 'loss');
    INSERT INTO point VALUES (1, 1, 9.5), (1, 2, NULL);
    INSERT INTO bucket SELECT 1, value, 0, 2, 1, 9.5, 2, NULL, 1, 9.5, 1, 9.5, 1, 2, NULL 
      FROM json_each('[1, 2, 3, 4, 5, 6]');
    INSERT INTO evaluation VALUES (1, 1, '${now}', 2, 1024, 0.5, 0.5, 5, ${Math.exp(5)}, 1024, '{}', NULL, NULL, NULL, NULL);
    INSERT INTO checkpoint VALUES (1, '1bbbbbbbb', 1, '${now}', 2, 'step-00000002', '{"model.safetensors":"e5"}', 7);
    INSERT INTO event VALUES (1, '1bbbbbbbb', '${now}', 2, 'note', 'a note', '{"x":1}');
    INSERT INTO corpus VALUES (1, 'd4', 'old corpus', '${now}', '{"name":"old corpus","hash":"d4"}', '[]');
  `);
}
