// Table event: what happened to a run, in words.
import type { Connection } from '../connection.ts';
import { readText } from '../damage.ts';
import type { Events, Runs } from '../index.ts';
import { toText } from '../plain-text.ts';
import type { EventRow } from '../rows.ts';
import { checkedStep } from './refusals.ts';

type Row = Omit<EventRow, 'data'> & { data: string };

export function eventQueries(connection: Connection, runs: Pick<Runs, 'get'>): Events {
  return {
    add(run, { step, kind, message, data }) {
      runs.get(run);
      const id = connection.run(
        'INSERT INTO event (run, created, step, kind, message, data) VALUES (@run, @created, @step, @kind, @message, @data)',
        {
          run,
          created: new Date().toISOString(),
          step: step === null ? null : checkedStep(step, 'step'),
          kind,
          message,
          data: toText(data),
        },
      );
      return fromRow(connection.get<Row>('SELECT * FROM event WHERE id = @id', { id })!);
    },
    list(run) {
      runs.get(run);
      return connection.all<Row>('SELECT * FROM event WHERE run = @run ORDER BY id', { run }).map(fromRow);
    },
  };
}

function fromRow(row: Row): EventRow {
  const { value, damage } = readText<unknown>(row.data, {
    what: 'data of this event',
    instead: null,
    holds: () => true,
  });
  return { ...row, data: value, message: damage === null ? row.message : `${row.message} (${damage})` };
}
