// Tables series and point: every number a worker reports about a step, and the curves read back from them.

import { LabError } from '../../../shared/errors.ts';
import type { StepMetrics } from '../../../shared/worker-messages.ts';
import type { Connection } from '../connection.ts';
import { hiddenOf, layersOf, type Piece, piecesOf } from '../curve.ts';
import type { Metrics, Runs, Segments } from '../index.ts';
import { bucketWidth, group, levelWithin, type Summary } from '../pyramid.ts';
import type { Point, Series, SeriesOptions } from '../rows.ts';
import { bucketQueries } from './buckets.ts';
import { checkedStep } from './refusals.ts';

const termPrefix = 'terms.';

export function metricQueries(
  connection: Connection,
  runs: Pick<Runs, 'get'>,
  segments: Pick<Segments, 'get' | 'places'>,
): Metrics {
  const buckets = bucketQueries(connection);
  const segmentsOf = (run: string) => segments.places(run);

  const seriesOf = (segment: number, name: string) =>
    connection.get<{ id: number }>('SELECT id FROM series WHERE segment = @segment AND name = @name', { segment, name })
      ?.id;

  const summaries = function* (metric: string, pieces: readonly Piece[], level: number): Generator<Summary> {
    for (const { segment, from, to } of pieces) {
      const series = seriesOf(segment, metric);
      if (series !== undefined) yield* buckets.read(series, level, from, to);
    }
  };

  const read = (metric: string, pieces: readonly Piece[], resolution: number): Series => {
    const steps = pieces.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (steps <= resolution) {
      return { kind: 'points', points: [...summaries(metric, pieces, 0)].map(({ first }) => first) };
    }
    const from = pieces[0]!.from;
    const to = pieces.at(-1)!.to;
    const width = bucketWidth(from, to, resolution);
    const grouped = group(summaries(metric, pieces, levelWithin(width)), width);
    const aligned = [...grouped].map(([position, summary]) => ({
      from: Math.max(position * width, from),
      to: Math.min((position + 1) * width - 1, to),
      ...summary,
    }));
    return { kind: 'buckets', width, buckets: aligned };
  };

  return {
    append: (segment, steps) =>
      connection.transaction(() => {
        const { fromStep, lastStep } = segments.get(segment);
        const columns = columnsOf(steps, lastStep ?? fromStep);
        for (const [name, points] of columns) {
          connection.run('INSERT INTO series (segment, name) VALUES (@segment, @name) ON CONFLICT DO NOTHING', {
            segment,
            name,
          });
          const series = seriesOf(segment, name)!;
          for (const { step, value } of points) {
            connection.run('INSERT INTO point VALUES (@series, @step, @value)', { series, step, value });
          }
          buckets.add(series, points);
        }
        const newest = steps.at(-1);
        if (newest) {
          connection.run('UPDATE segment SET last_step = @step WHERE id = @segment', { segment, step: newest.step });
        }
      }),

    series(run, metric, options = {}) {
      const { from, to, resolution } = range(options);
      return read(metric, piecesOf(layersOf(run, segmentsOf), from, to), resolution);
    },

    superseded(run, metric, options = {}) {
      const { from, to, resolution } = range(options);
      const own = new Set(segments.places(run).map(({ id }) => id));
      const layers = layersOf(run, segmentsOf);
      return layers.flatMap(({ segment }, index) => {
        const pieces = own.has(segment) ? hiddenOf(layers, index, from, to) : [];
        return pieces.length > 0 ? [{ segment, series: read(metric, pieces, resolution) }] : [];
      });
    },

    names(run) {
      const ids = JSON.stringify(layersOf(run, segmentsOf).map(({ segment }) => segment));
      const sql = 'SELECT DISTINCT name FROM series WHERE segment IN (SELECT value FROM json_each(@ids)) ORDER BY name';
      return connection.all<{ name: string }>(sql, { ids }).map(({ name }) => name);
    },

    last(run) {
      runs.get(run);
      const newest = segments.places(run).findLast(({ lastStep }) => lastStep !== null);
      if (!newest) return null;
      const step = newest.lastStep!;
      const sql = `SELECT name, value FROM series JOIN point ON series.id = point.series
        WHERE segment = @segment AND step = @step ORDER BY name`;
      const rows = connection.all<{ name: string; value: number | null }>(sql, { segment: newest.id, step });
      return metricsOf(step, rows);
    },
  };
}

/** The steps turned on their side: the points of each series. @throws LabError 'request' for what is not a metric. */
function columnsOf(steps: readonly StepMetrics[], after: number): Map<string, Point[]> {
  const columns = new Map<string, Point[]>();
  let previous = after;
  for (const { step, terms, ...fields } of steps) {
    if (checkedStep(step, 'step') <= previous) {
      refuse('step', step, `must come after step ${previous}, the newest that this segment has`);
    }
    previous = step;
    const named = Object.entries(terms).map(([kind, value]) => [termPrefix + kind, value] as const);
    for (const [name, value] of [...Object.entries(fields), ...named]) {
      if (typeof value !== 'number') refuse(name, value, 'must be a number');
      const column = columns.get(name);
      if (column) column.push({ step, value });
      else columns.set(name, [{ step, value }]);
    }
  }
  return columns;
}

function metricsOf(step: number, rows: { name: string; value: number | null }[]): StepMetrics {
  const entries = rows.map(({ name, value }) => [name, value ?? Number.NaN] as const);
  const isTerm = ([name]: readonly [string, number]) => name.startsWith(termPrefix);
  const terms = entries.filter(isTerm).map(([name, value]) => [name.slice(termPrefix.length), value]);
  const fields = entries.filter((entry) => !isTerm(entry));
  return { step, ...Object.fromEntries(fields), terms: Object.fromEntries(terms) } as StepMetrics;
}

function range({ from = 0, to = Number.MAX_SAFE_INTEGER, resolution = Number.POSITIVE_INFINITY }: SeriesOptions) {
  if (!(resolution >= 1)) refuse('resolution', resolution, 'must be at least 1');
  return { from, to, resolution };
}

function refuse(field: string, value: unknown, fault: string): never {
  throw new LabError('request', `${field} ${fault}, but is ${String(value)}.`, { field, value: String(value) });
}
