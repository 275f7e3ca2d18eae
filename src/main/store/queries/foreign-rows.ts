// Rows that another lab wrote, taken in as they are: with their ids, where nothing here has them, and with their times. They come
// in many transactions, and what has come is in the table unseen until all of it is there. And the table origin, which tells them
// again when they come a second time under whatever id they got here.
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

/** In an order in which nothing refers to what is gone. Rows of an unseen run or study; a study of a seen run goes alone. */
const belongings = [
  ['study_part', "study IN (SELECT id FROM unseen WHERE kind = 'study')"],
  ['study', "id IN (SELECT id FROM unseen WHERE kind = 'study')"],
  ['checkpoint', ofUnseenRun('run')],
  ['event', ofUnseenRun('run')],
  ['evaluation', ofUnseenSegment('segment')],
  ['bucket', `series IN (SELECT id FROM series WHERE ${ofUnseenSegment('segment')})`],
  ['point', `series IN (SELECT id FROM series WHERE ${ofUnseenSegment('segment')})`],
  ['series', ofUnseenSegment('segment')],
  ['segment', ofUnseenRun('run')],
] as const;

function ofUnseenRun(column: string): string {
  return `${column} IN (SELECT id FROM unseen WHERE kind = 'run')`;
}

function ofUnseenSegment(column: string): string {
  return `${column} IN (SELECT id FROM segment WHERE ${ofUnseenRun('run')})`;
}

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
  const hide = (kind: OriginKind, id: string) => {
    connection.run('INSERT INTO unseen VALUES (@kind, @id)', { kind, id });
    return id;
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
    madeAt(kind, created) {
      const sql = `SELECT id FROM ${kind} WHERE created = @created AND id NOT IN (SELECT id FROM unseen WHERE kind = @kind)`;
      return connection.all<{ id: string }>(sql, { kind, created }).map(({ id }) => id);
    },
    origin(kind, id) {
      const sql = 'SELECT bundle, imported FROM origin WHERE kind = @kind AND id = @id';
      return connection.get<{ bundle: string; imported: string }>(sql, { kind, id }) ?? null;
    },
    experiment: ({ id, name, note, tags, created }) =>
      connection.transaction(() => {
        const own = idFor('experiment', id);
        const { id: made } = experiments.create({ name, note });
        connection.run('UPDATE experiment SET id = @own WHERE id = @made', { own, made });
        set('experiment', own, { tags: toText(tags), created });
        return hide('experiment', own);
      }),
    run: ({ id, status, message, note, tags, created, changed, ...run }) =>
      connection.transaction(() => {
        const own = idFor('run', id);
        const { id: made } = runs.create(run);
        connection.run('UPDATE run SET id = @own WHERE id = @made', { own, made });
        set('run', own, { status, message, note, tags: toText(tags), created, changed });
        return hide('run', own);
      }),
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
    study: ({ id, run, request, status, message, provenance, total, created, changed }) =>
      connection.transaction(() => {
        const own = idFor('study', id);
        // Meanwhile somebody may ask the same question here.
        const { id: made } = studies.create({ run, request, hash: `unseen ${own}` });
        connection.run('UPDATE study SET id = @own WHERE id = @made', { own, made });
        set('study', own, {
          ...{ status, message, total, created, changed },
          provenance: provenance === null ? null : toText(provenance),
        });
        return hide('study', own);
      }),
    part(study, key, message) {
      connection.run('INSERT INTO study_part (study, key, result) VALUES (@study, @key, @message)', {
        ...{ study, key, message },
      });
    },
    showStudy(id, hash) {
      if (studies.find(hash)) return false;
      set('study', id, { hash });
      connection.run("DELETE FROM unseen WHERE kind = 'study' AND id = @id", { id });
      return true;
    },
    show(kind, id) {
      connection.run('DELETE FROM unseen WHERE kind = @kind AND id = @id', { kind, id });
    },
    unseenRuns: () => connection.all<{ id: string }>("SELECT id FROM unseen WHERE kind = 'run'").map(({ id }) => id),
    discard: (most) =>
      connection.transaction(() => {
        for (const [table, condition] of belongings) {
          const sql = `DELETE FROM ${table} WHERE ${condition} LIMIT @most`;
          if (connection.changes(sql, { most }) > 0) return true;
        }
        // A fork goes before its parent.
        connection.exec(`
          PRAGMA defer_foreign_keys = ON;
          DELETE FROM run WHERE ${ofUnseenRun('id')};
          DELETE FROM experiment WHERE id IN (SELECT id FROM unseen WHERE kind = 'experiment');
          DELETE FROM unseen;
        `);
        return false;
      }),
  };
}
