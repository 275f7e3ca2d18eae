// Tables imported_curve and imported_piece: curves that other programs recorded.
import type { CurvePoints, ImportedCurve } from '../../../shared/imports.ts';
import type { Connection, Value } from '../connection.ts';
import { isTexts, readText } from '../damage.ts';
import { nextIdentifier } from '../identifiers.ts';
import type { ImportedCurves } from '../index.ts';
import { outline } from '../outline.ts';
import { toText } from '../plain-text.ts';
import { found } from './refusals.ts';

/** Points of a piece, and of the outline of a piece. */
const pieceLength = 16_384;
const outlineLength = 640;

interface Row extends Record<string, Value> {
  id: string;
  name: string;
  tag: string;
  quantity: string;
  axis: string;
  x: ImportedCurve['x'];
  tokens_per_step: number | null;
  points: number;
  format: ImportedCurve['format'];
  source: string;
  sha256: string;
  created: string;
  notes: string;
}

export function importedCurveQueries(connection: Connection): ImportedCurves {
  const get = (id: string) =>
    fromRow(found(connection.get<Row>('SELECT * FROM imported_curve WHERE id = @id', { id }), 'imported curve', id));
  return {
    get,
    add: (curve, points) =>
      connection.transaction(() => {
        const { newest } = connection.get<{ newest: string | null }>('SELECT max(id) AS newest FROM imported_curve')!;
        const now = new Date();
        const id = nextIdentifier(newest, now.getTime());
        const { name, tag, quantity, axis, x, tokensPerStep, format, source, sha256, notes } = curve;
        const same = connection.get<{ id: string }>(
          `SELECT id FROM imported_curve WHERE sha256 = @sha256 AND tag = @tag AND quantity = @quantity AND axis = @axis
           AND x = @x AND tokens_per_step IS @tokensPerStep`,
          { sha256, tag, quantity, axis, x, tokensPerStep },
        );
        if (same) return { curve: get(same.id), known: true };
        connection.run(
          `INSERT INTO imported_curve VALUES (@id, @name, @tag, @quantity, @axis, @x, @tokensPerStep, @points, @format,
             @source, @sha256, @created, @notes)`,
          {
            ...{ id, name, tag, quantity, axis, x, tokensPerStep, format, source, sha256 },
            points: points.x.length,
            created: now.toISOString(),
            notes: toText(notes),
          },
        );
        for (let from = 0; from < points.x.length; from += pieceLength) {
          const to = from + pieceLength;
          const piece = { x: points.x.subarray(from, to), values: points.values.subarray(from, to) };
          connection.run(
            'INSERT INTO imported_piece (curve, position, points, outline) VALUES (@id, @position, @points, @outline)',
            { id, position: from, points: toBlob(piece), outline: toBlob(outline(piece, outlineLength)) },
          );
        }
        return { curve: get(id), known: false };
      }),
    list: () => connection.all<Row>('SELECT * FROM imported_curve ORDER BY id').map(fromRow),
    points(id, { resolution } = {}) {
      const { points } = get(id);
      // The outlines of long curves tell no less than a tenth of them would.
      const coarse = resolution !== undefined && (points / pieceLength) * outlineLength >= resolution;
      const column = coarse ? 'outline' : 'points';
      const rows = connection.all<{ blob: Uint8Array }>(
        `SELECT ${column} AS blob FROM imported_piece WHERE curve = @id ORDER BY position`,
        { id },
      );
      const whole = joined(rows.map(({ blob }) => blob));
      return resolution === undefined ? whole : outline(whole, resolution);
    },
    rename(id, name) {
      get(id);
      connection.run('UPDATE imported_curve SET name = @name WHERE id = @id', { id, name });
      return get(id);
    },
    remove: (id) =>
      connection.transaction(() => {
        get(id);
        connection.run('DELETE FROM imported_piece WHERE curve = @id', { id });
        connection.run('DELETE FROM imported_curve WHERE id = @id', { id });
      }),
  };
}

/** x, value, x, value …, float64 little-endian. */
function toBlob({ x, values }: CurvePoints): Uint8Array {
  const view = new DataView(new ArrayBuffer(16 * x.length));
  for (let index = 0; index < x.length; index++) {
    view.setFloat64(16 * index, x[index]!, true);
    view.setFloat64(16 * index + 8, values[index]!, true);
  }
  return new Uint8Array(view.buffer);
}

function joined(blobs: readonly Uint8Array[]): CurvePoints {
  const length = blobs.reduce((sum, blob) => sum + Math.floor(blob.length / 16), 0);
  const points = { x: new Float64Array(length), values: new Float64Array(length) };
  let next = 0;
  for (const blob of blobs) {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    for (let at = 0; at + 16 <= blob.length; at += 16) {
      points.x[next] = view.getFloat64(at, true);
      points.values[next++] = view.getFloat64(at + 8, true);
    }
  }
  return points;
}

function fromRow({ tokens_per_step, notes, ...row }: Row): ImportedCurve {
  const { id, name, tag, quantity, axis, x, points, format, source, sha256, created } = row;
  const read = readText<string[]>(notes, { what: 'list of its notes', instead: [], holds: isTexts });
  return {
    ...{ id, name, tag, quantity, axis, x, points, format, source, sha256, created },
    tokensPerStep: tokens_per_step,
    notes: read.damage === null ? read.value : [read.damage],
  };
}
