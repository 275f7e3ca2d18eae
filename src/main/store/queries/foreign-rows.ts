// Rows that another lab wrote, taken in as they are: with their ids, where nothing here has them, and with their times. And
// the table origin, which tells them again when they come a second time under whatever id they got here.
import type { Connection, Value } from '../connection.ts';
import { isIdentifier, nextIdentifier } from '../identifiers.ts';
import type { ForeignRows, OriginKind, Store } from '../index.ts';
import { toText } from '../plain-text.ts';
import { newestIdentifier } from './newest-identifier.ts';
import { parentColumns } from './runs.ts';

type Tables = Pick<
  Store,
  'experiments' | 'runs' | 'segments' | 'metrics' | 'evaluations' | 'checkpoints' | 'events' | 'studies'
>;

export function foreignRowQueries(connection: Connection, tables: Tables): ForeignRows {
  const { experiments, runs, segments, metrics, evaluations, checkpoints, events, studies } = tables;
  const set = (table: string, id: Value, columns: Record<string, Value>) => {
    const names = Object.keys(columns).map((column) => `${column} = @${column}`);
    connection.run(`UPDATE ${table} SET ${names.join(', ')} WHERE id = @id`, { ...columns, id });
  };
  const taken = (kind: OriginKind, id: string) => {
    const others = kind === 'experiment' ? ['experiment'] : ['run', 'study'];
    return others.some((table) => connection.get(`SELECT 1 FROM ${table} WHERE id = @id`, { id }) !== undefined);
  };
  const newest = (kind: OriginKind) =>
    kind === 'experiment'
      ? connection.get<{ newest: string | null }>('SELECT max(id) AS newest FROM experiment')!.newest
      : newestIdentifier(connection);
  /** Its own id, unless something here has it or it is not of the past, which later ids have to come after. */
  const idFor = (kind: OriginKind, id: string): string => {
    const now = Date.now();
    return isIdentifier(id, now) && !taken(kind, id) ? id : nextIdentifier(newest(kind), now);
  };
  return {
    find(kind, fingerprint) {
      const sql = 'SELECT id FROM origin WHERE kind = @kind AND fingerprint = @fingerprint';
      return connection.get<{ id: string }>(sql, { kind, fingerprint })?.id ?? null;
    },
    record(kind, id, { fingerprint, bundle }) {
      const imported = new Date().toISOString();
      connection.run('INSERT OR REPLACE INTO origin VALUES (@kind, @id, @fingerprint, @bundle, @imported)', {
        ...{ kind, id, fingerprint, bundle, imported },
      });
    },
    origin(kind, id) {
      const sql = 'SELECT bundle, imported FROM origin WHERE kind = @kind AND id = @id';
      return connection.get<{ bundle: string; imported: string }>(sql, { kind, id }) ?? null;
    },
    experiment({ id, name, note, tags, created }) {
      const own = idFor('experiment', id);
      const { id: made } = experiments.create({ name, note });
      connection.run('UPDATE experiment SET id = @own WHERE id = @made', { own, made });
      set('experiment', own, { tags: toText(tags), created });
      return own;
    },
    run({ id, status, message, note, tags, created, changed, ...run }) {
      const own = idFor('run', id);
      const { id: made } = runs.create(run);
      connection.run('UPDATE run SET id = @own WHERE id = @made', { own, made });
      set('run', own, { status, message, note, tags: toText(tags), created, changed });
      return own;
    },
    segment({ run, fromStep, parent, start, began, ended, outcome, endStep }) {
      const { id } = segments.begin(run, { fromStep, start, parent });
      const place = parentColumns(parent);
      set('segment', id, {
        began,
        ended,
        outcome,
        end_step: endStep,
        parent_run: place.parentRun,
        parent_step: place.parentStep,
      });
      return id;
    },
    steps: (segment, steps) => metrics.append(segment, steps),
    evaluation: ({ segment, created, evaluation }) =>
      set('evaluation', evaluations.add(segment, evaluation).id, { created }),
    checkpoint({ segment, created, run, ...checkpoint }) {
      checkpoints.add(segment, checkpoint);
      connection.run('UPDATE checkpoint SET created = @created WHERE run = @run AND step = @step', {
        ...{ created, run, step: checkpoint.step },
      });
    },
    event: ({ run, created, ...event }) => set('event', events.add(run, event).id, { created }),
    study({ id, run, request, hash, status, message, provenance, total, created, changed }) {
      const own = idFor('study', id);
      const { id: made } = studies.create({ run, request, hash });
      connection.run('UPDATE study SET id = @own WHERE id = @made', { own, made });
      set('study', own, {
        ...{ status, message, total, created, changed },
        provenance: provenance === null ? null : toText(provenance),
      });
      return own;
    },
  };
}
