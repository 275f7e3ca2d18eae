// Table bucket: the stored pyramid over the points of one series.
import type { Connection, Value } from '../connection.ts';
import { cover, group, merge, type Summary, summaryOf, topLevel, widthOf } from '../pyramid.ts';
import type { Point } from '../rows.ts';

interface Row extends Record<string, Value> {
  count: number;
  first_step: number;
  first_value: number | null;
  last_step: number;
  last_value: number | null;
  min_step: number | null;
  min_value: number | null;
  max_step: number | null;
  max_value: number | null;
  not_finite: number;
  not_finite_step: number | null;
  not_finite_value: number | null;
}

export interface Buckets {
  /** Takes new points, ascending and after all earlier ones of the series, into every level. */
  add(series: number, points: readonly Point[]): void;
  /** Summaries of exactly the steps from..to in ascending order, none wider than `level`; level 0 is single points. */
  read(series: number, level: number, from: number, to: number): Generator<Summary>;
}

export function bucketQueries(connection: Connection): Buckets {
  return {
    add(series, points) {
      let below: Iterable<Summary> = points.map(summaryOf);
      for (let level = 1; level <= topLevel; level++) {
        const groups = group(below, widthOf(level));
        for (const [position, summary] of groups) {
          const row = connection.get<Row>(
            'SELECT * FROM bucket WHERE series = @series AND level = @level AND position = @position',
            { series, level, position },
          );
          const whole = row ? merge(fromRow(row), summary) : summary;
          connection.run(
            `INSERT OR REPLACE INTO bucket VALUES (@series, @level, @position, @count, @first_step, @first_value,
               @last_step, @last_value, @min_step, @min_value, @max_step, @max_value, @not_finite, @not_finite_step,
               @not_finite_value)`,
            { series, level, position, ...toRow(whole) },
          );
        }
        below = groups.values();
      }
    },

    *read(series, level, from, to) {
      for (const stretch of cover(level, from, to)) {
        const { first, last } = stretch;
        if (stretch.level === 0) {
          const sql =
            'SELECT step, value FROM point WHERE series = @series AND step BETWEEN @first AND @last ORDER BY step';
          const rows = connection.all<{ step: number; value: number | null }>(sql, { series, first, last });
          for (const { step, value } of rows) yield summaryOf({ step, value: value ?? Number.NaN });
        } else {
          const sql = `SELECT * FROM bucket WHERE series = @series AND level = @level
            AND position BETWEEN @first AND @last ORDER BY position`;
          for (const row of connection.all<Row>(sql, { series, level: stretch.level, first, last })) yield fromRow(row);
        }
      }
    },
  };
}

function fromRow(row: Row): Summary {
  return {
    count: row.count,
    first: { step: row.first_step, value: row.first_value ?? Number.NaN },
    last: { step: row.last_step, value: row.last_value ?? Number.NaN },
    min: row.min_step === null ? null : { step: row.min_step, value: row.min_value! },
    max: row.max_step === null ? null : { step: row.max_step, value: row.max_value! },
    notFinite: row.not_finite,
    firstNotFinite:
      row.not_finite_step === null ? null : { step: row.not_finite_step, value: row.not_finite_value ?? Number.NaN },
  };
}

function toRow(summary: Summary): Row {
  return {
    count: summary.count,
    first_step: summary.first.step,
    first_value: summary.first.value,
    last_step: summary.last.step,
    last_value: summary.last.value,
    min_step: summary.min?.step ?? null,
    min_value: summary.min?.value ?? null,
    max_step: summary.max?.step ?? null,
    max_value: summary.max?.value ?? null,
    not_finite: summary.notFinite,
    not_finite_step: summary.firstNotFinite?.step ?? null,
    not_finite_value: summary.firstNotFinite?.value ?? null,
  };
}
