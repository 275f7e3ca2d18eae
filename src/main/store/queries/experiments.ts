// Table experiment: a name that runs are gathered under.
import type { Connection } from '../connection.ts';
import { nextIdentifier } from '../identifiers.ts';
import type { Experiments } from '../index.ts';
import type { ExperimentRow } from '../rows.ts';
import { found } from './refusals.ts';

export function experimentQueries(connection: Connection): Experiments {
  const get = (id: string) =>
    found(connection.get<ExperimentRow>('SELECT * FROM experiment WHERE id = @id', { id }), 'experiment', id);
  return {
    get,
    create: ({ name, note = '' }) =>
      connection.transaction(() => {
        const { newest } = connection.get<{ newest: string | null }>('SELECT max(id) AS newest FROM experiment')!;
        const now = new Date();
        const id = nextIdentifier(newest, now.getTime());
        connection.run('INSERT INTO experiment VALUES (@id, @name, @note, @created)', {
          id,
          name,
          note,
          created: now.toISOString(),
        });
        return get(id);
      }),
    list: () => connection.all<ExperimentRow>('SELECT * FROM experiment ORDER BY id'),
    rename(id, name) {
      get(id);
      connection.run('UPDATE experiment SET name = @name WHERE id = @id', { id, name });
      return get(id);
    },
  };
}
