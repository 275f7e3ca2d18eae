// Table run: what is to be trained, and how far the lab is with it.
import type { Connection, Value } from '../connection.ts';
import { isTexts, readConfiguration, readText } from '../damage.ts';
import { nextIdentifier } from '../identifiers.ts';
import type { Experiments, Runs } from '../index.ts';
import { toText } from '../plain-text.ts';
import { type RunPlace, type RunRow, runStatuses } from '../rows.ts';
import { annotate, setRemoved } from './annotate.ts';
import { newestIdentifier } from './newest-identifier.ts';
import { checkedStep, found, oneOf } from './refusals.ts';

interface Row extends Record<string, Value> {
  id: string;
  experiment: string;
  name: string;
  configuration: string;
  corpus_hash: string;
  seed_group: string | null;
  parent_run: string | null;
  parent_step: number | null;
  status: RunRow['status'];
  message: string | null;
  queue_position: number | null;
  note: string;
  tags: string;
  created: string;
  changed: string;
  removed: string | null;
}

interface RunFilter {
  experiment?: string | null;
  status?: string | string[] | null;
  removed?: boolean;
}

export function runQueries(connection: Connection, experiments: Pick<Experiments, 'get'>): Runs {
  const get = (id: string) =>
    fromRow(found(connection.get<Row>('SELECT * FROM run WHERE id = @id', { id }), 'run', id));
  const set = (id: string, column: string, value: Value) => {
    get(id);
    connection.run(`UPDATE run SET ${column} = @value WHERE id = @id`, { id, value });
    return get(id);
  };
  return {
    get,
    create: ({ experiment, name, configuration, corpusHash, seedGroup = null, parent = null }) =>
      connection.transaction(() => {
        experiments.get(experiment);
        if (parent) get(parent.run);
        const now = new Date();
        const id = nextIdentifier(newestIdentifier(connection), now.getTime());
        connection.run(
          `INSERT INTO run (id, experiment, name, configuration, corpus_hash, seed_group, parent_run, parent_step,
             status, created, changed)
           VALUES (@id, @experiment, @name, @configuration, @corpusHash, @seedGroup, @parentRun, @parentStep,
             'queued', @created, @created)`,
          {
            id,
            experiment,
            name,
            configuration: toText(configuration),
            corpusHash,
            seedGroup,
            ...parentColumns(parent),
            created: now.toISOString(),
          },
        );
        return get(id);
      }),
    list({ experiment = null, status = null, removed = false }: RunFilter = {}) {
      const statuses = status === null ? null : toText([status].flat());
      const sql = `SELECT run.* FROM run JOIN experiment ON experiment.id = run.experiment
        WHERE run.id NOT IN (SELECT id FROM unseen WHERE kind = 'run')
        AND (@experiment IS NULL OR experiment = @experiment)
        AND (@removed OR (run.removed IS NULL AND experiment.removed IS NULL))
        AND (@statuses IS NULL OR status IN (SELECT value FROM json_each(@statuses))) ORDER BY run.id`;
      return connection.all<Row>(sql, { experiment, statuses, removed: Number(removed) }).map(fromRow);
    },
    rename: (id, name) => set(id, 'name', name),
    annotate(id, annotation) {
      get(id);
      annotate(connection, 'run', id, annotation);
      return get(id);
    },
    setRemoved(id, removed) {
      get(id);
      setRemoved(connection, 'run', id, removed);
      return get(id);
    },
    setQueuePosition: (id, position) => set(id, 'queue_position', position),
    setStatus(id, status, message = null) {
      get(id);
      oneOf(runStatuses, status, 'status');
      const changed = new Date().toISOString();
      const sql = 'UPDATE run SET status = @status, message = @message, changed = @changed WHERE id = @id';
      connection.run(sql, { id, status, message, changed });
      return get(id);
    },
  };
}

/** A place as the two columns that runs and segments keep it in. @throws LabError 'request' */
export function parentColumns(parent: RunPlace | null): { parentRun: string | null; parentStep: number | null } {
  return { parentRun: parent?.run ?? null, parentStep: parent && checkedStep(parent.step, 'parent.step') };
}

export function parentOf(row: { parent_run: string | null; parent_step: number | null }): RunPlace | null {
  return row.parent_run === null ? null : { run: row.parent_run, step: row.parent_step ?? 0 };
}

function fromRow(row: Row): RunRow {
  const { id, experiment, name, status, note, created, changed, removed } = row;
  const configuration = readConfiguration(row.configuration);
  const tags = readText<string[]>(row.tags, { what: 'list of its tags', instead: [], holds: isTexts });
  const damage = [configuration.damage, tags.damage].filter((sentence) => sentence !== null).join(' ');
  const message = [damage, row.message].filter((sentence) => sentence).join(' ') || null;
  return {
    ...(damage !== '' && { damage }),
    id,
    experiment,
    name,
    configuration: configuration.value,
    corpusHash: row.corpus_hash,
    seedGroup: row.seed_group,
    parent: parentOf(row),
    status,
    message,
    queuePosition: row.queue_position,
    note,
    tags: tags.value,
    created,
    changed,
    removed,
  };
}
