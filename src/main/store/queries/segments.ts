// Table segment: one continuous piece of execution of one worker.
import { LabError } from '../../../shared/errors.ts';
import type { Connection, Value } from '../connection.ts';
import type { Runs, Segments } from '../index.ts';
import { fromText, toText } from '../plain-text.ts';
import { type SegmentOutcome, type SegmentRow, segmentOutcomes } from '../rows.ts';
import { checkedStep, found, oneOf } from './refusals.ts';
import { parentColumns, parentOf } from './runs.ts';

interface Row extends Record<string, Value> {
  id: number;
  run: string;
  from_step: number;
  last_step: number | null;
  parent_run: string | null;
  parent_step: number | null;
  start: string;
  began: string;
  ended: string | null;
  outcome: SegmentOutcome | null;
  end_step: number | null;
}

export function segmentQueries(connection: Connection, runs: Pick<Runs, 'get'>): Segments {
  const get = (id: number) =>
    fromRow(found(connection.get<Row>('SELECT * FROM segment WHERE id = @id', { id }), 'segment', id));
  const list = (run: string) => {
    runs.get(run);
    return connection.all<Row>('SELECT * FROM segment WHERE run = @run ORDER BY id', { run }).map(fromRow);
  };
  return {
    get,
    list,
    begin: (run, { fromStep, start, parent }) =>
      connection.transaction(() => {
        const earlier = list(run);
        const open = earlier.find(({ ended }) => ended === null);
        if (open) {
          throw new LabError(
            'request',
            `Segment ${open.id} of run ${run} has not ended: one worker runs a run at a time.`,
            {
              field: 'segment',
              value: String(open.id),
              remedy: 'End it first.',
            },
          );
        }
        const place = parent === undefined && earlier.length === 0 ? runs.get(run).parent : (parent ?? null);
        if (place) runs.get(place.run);
        const id = connection.run(
          `INSERT INTO segment (run, from_step, parent_run, parent_step, start, began)
           VALUES (@run, @fromStep, @parentRun, @parentStep, @start, @began)`,
          {
            run,
            fromStep: checkedStep(fromStep, 'fromStep'),
            ...parentColumns(place),
            start: toText(start),
            began: new Date().toISOString(),
          },
        );
        return get(id);
      }),
    end(id, { outcome, step }) {
      get(id);
      oneOf(segmentOutcomes, outcome, 'outcome');
      const sql = 'UPDATE segment SET ended = @ended, outcome = @outcome, end_step = @step WHERE id = @id';
      connection.run(sql, { id, outcome, step: checkedStep(step, 'step'), ended: new Date().toISOString() });
      return get(id);
    },
  };
}

function fromRow(row: Row): SegmentRow {
  const { id, run, began, ended, outcome } = row;
  return {
    id,
    run,
    fromStep: row.from_step,
    lastStep: row.last_step,
    parent: parentOf(row),
    start: fromText(row.start),
    began,
    ended,
    outcome,
    endStep: row.end_step,
  };
}
