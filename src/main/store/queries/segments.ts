// Table segment: one continuous piece of execution of one worker.
import { LabError } from '../../../shared/errors.ts';
import { runStartSchema } from '../../../shared/stored-schemas.ts';
import type { RunStart } from '../../../shared/worker-messages.ts';
import type { Connection, Value } from '../connection.ts';
import { soundText } from '../damage.ts';
import type { Runs, Segments } from '../index.ts';
import { toText } from '../plain-text.ts';
import { type SegmentOutcome, type SegmentPlace, type SegmentRow, segmentOutcomes } from '../rows.ts';
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

type PlaceRow = Pick<Row, 'id' | 'from_step' | 'last_step' | 'parent_run' | 'parent_step' | 'ended' | 'outcome'>;

export function segmentQueries(connection: Connection, runs: Pick<Runs, 'get'>): Segments {
  const get = (id: number) =>
    fromRow(found(connection.get<Row>('SELECT * FROM segment WHERE id = @id', { id }), 'segment', id));
  const places = (run: string) => {
    runs.get(run);
    const sql =
      'SELECT id, from_step, last_step, parent_run, parent_step, ended, outcome FROM segment WHERE run = @run ORDER BY id';
    return connection.all<PlaceRow>(sql, { run }).map(placeOf);
  };
  const list = (run: string) => {
    runs.get(run);
    return connection.all<Row>('SELECT * FROM segment WHERE run = @run ORDER BY id', { run }).map(fromRow);
  };
  return {
    get,
    list,
    places,
    begin: (run, { fromStep, start, parent }) =>
      connection.transaction(() => {
        const earlier = places(run);
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
      found(connection.get('SELECT 1 FROM segment WHERE id = @id', { id }), 'segment', id);
      oneOf(segmentOutcomes, outcome, 'outcome');
      const sql = 'UPDATE segment SET ended = @ended, outcome = @outcome, end_step = @step WHERE id = @id';
      connection.run(sql, { id, outcome, step: checkedStep(step, 'step'), ended: new Date().toISOString() });
      return get(id);
    },
  };
}

const placeOf = (row: PlaceRow): SegmentPlace => ({
  id: row.id,
  fromStep: row.from_step,
  lastStep: row.last_step,
  parent: parentOf(row),
  ended: row.ended,
  outcome: row.outcome,
});

function fromRow(row: Row): SegmentRow {
  const { run, began } = row;
  const start = soundText<RunStart>(row.start, runStartSchema, `start of the run ${run}`);
  return { ...placeOf(row), run, start, began, endStep: row.end_step };
}
