// Table experiment: a name that runs are gathered under.
import type { Connection } from '../connection.ts';
import { isTexts, readText } from '../damage.ts';
import { nextIdentifier } from '../identifiers.ts';
import type { Experiments } from '../index.ts';
import type { ExperimentRow } from '../rows.ts';
import { annotate, setRemoved } from './annotate.ts';
import { found } from './refusals.ts';

type Row = Omit<ExperimentRow, 'tags'> & { tags: string };

export function experimentQueries(connection: Connection): Experiments {
  const get = (id: string) =>
    fromRow(found(connection.get<Row>('SELECT * FROM experiment WHERE id = @id', { id }), 'experiment', id));
  return {
    get,
    create: ({ name, note = '' }) =>
      connection.transaction(() => {
        const { newest } = connection.get<{ newest: string | null }>('SELECT max(id) AS newest FROM experiment')!;
        const now = new Date();
        const id = nextIdentifier(newest, now.getTime());
        connection.run('INSERT INTO experiment (id, name, note, created) VALUES (@id, @name, @note, @created)', {
          id,
          name,
          note,
          created: now.toISOString(),
        });
        return get(id);
      }),
    list: ({ removed = false } = {}) =>
      connection
        .all<Row>(
          `SELECT * FROM experiment WHERE id NOT IN (SELECT id FROM unseen WHERE kind = 'experiment')
           AND (@removed OR removed IS NULL) ORDER BY id`,
          { removed: Number(removed) },
        )
        .map(fromRow),
    rename(id, name) {
      get(id);
      connection.run('UPDATE experiment SET name = @name WHERE id = @id', { id, name });
      return get(id);
    },
    annotate(id, annotation) {
      get(id);
      annotate(connection, 'experiment', id, annotation);
      return get(id);
    },
    setRemoved(id, removed) {
      get(id);
      setRemoved(connection, 'experiment', id, removed);
      return get(id);
    },
  };
}

const fromRow = (row: Row): ExperimentRow => ({
  ...row,
  tags: readText<string[]>(row.tags, { what: 'list of tags', instead: [], holds: isTexts }).value,
});
