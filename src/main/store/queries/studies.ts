// Tables study and study_part: what was asked of checkpoints, how far it is, and the parts that are done, as messages of
// shared/wire.ts. A part that is stored again replaces itself: its place among the others stays that of its first storing.
import { provenanceSchema } from '../../../shared/stored-schemas.ts';
import { faultOfPart } from '../../../shared/studies/part-schema.ts';
import {
  type StudyKind,
  type StudyProvenance,
  type StudyRequest,
  studyRequestSchema,
  studyStatuses,
} from '../../../shared/studies/study.ts';
import { decode, encode } from '../../../shared/wire.ts';
import type { Connection, Value } from '../connection.ts';
import { isDamage, soundText } from '../damage.ts';
import { nextIdentifier } from '../identifiers.ts';
import type { Runs, Studies } from '../index.ts';
import { toText } from '../plain-text.ts';
import type { StudyRow } from '../rows.ts';
import { newestIdentifier } from './newest-identifier.ts';
import { found, oneOf } from './refusals.ts';

interface Row extends Record<string, Value> {
  id: string;
  run: string;
  request: string;
  hash: string;
  status: StudyRow['status'];
  message: string | null;
  queue_position: number | null;
  provenance: string | null;
  total: number | null;
  created: string;
  changed: string;
  done: number;
}

const select = 'SELECT study.*, (SELECT count(*) FROM study_part WHERE study = study.id) AS done FROM study';

export function studyQueries(connection: Connection, runs: Pick<Runs, 'get'>): Studies {
  const get = (id: string) => fromRow(found(connection.get<Row>(`${select} WHERE id = @id`, { id }), 'study', id));
  const update = (id: string, columns: string, values: Record<string, Value>) => {
    get(id);
    connection.run(`UPDATE study SET ${columns} WHERE id = @id`, { id, ...values });
    return get(id);
  };
  const readParts = (id: string): { key: string; result: unknown; fault: string | null }[] => {
    const { kind } = get(id).request;
    return connection
      .all<{ key: string; result: Uint8Array }>(`SELECT key, result ${partsOf}`, { id })
      .map(({ key, result }) => ({ key, ...decoded(kind, result) }));
  };
  return {
    get,
    create: ({ run, request, hash }) =>
      connection.transaction(() => {
        runs.get(run);
        const now = new Date();
        const id = nextIdentifier(newestIdentifier(connection), now.getTime());
        const created = now.toISOString();
        connection.run(
          `INSERT INTO study (id, run, request, hash, status, created, changed)
           VALUES (@id, @run, @request, @hash, 'queued', @created, @created)`,
          { id, run, request: toText(request), hash, created },
        );
        return get(id);
      }),
    find(hash) {
      const row = connection.get<Row>(`${select} WHERE hash = @hash`, { hash });
      return row ? (unlessDamaged(row)[0] ?? null) : null;
    },
    list({ runs: of, status, removed = false } = {}) {
      const sql = `${select} JOIN run ON run.id = study.run JOIN experiment ON experiment.id = run.experiment
        WHERE study.id NOT IN (SELECT id FROM unseen WHERE kind = 'study')
        AND (@runs IS NULL OR study.run IN (SELECT value FROM json_each(@runs)))
        AND (@removed OR (run.removed IS NULL AND experiment.removed IS NULL))
        AND (@statuses IS NULL OR study.status IN (SELECT value FROM json_each(@statuses))) ORDER BY study.id DESC`;
      const parameters = { runs: of ? toText(of) : null, statuses: status ? toText(status) : null };
      return connection.all<Row>(sql, { ...parameters, removed: Number(removed) }).flatMap(unlessDamaged);
    },
    setStatus(id, status, message = null) {
      oneOf(studyStatuses, status, 'status');
      const changed = new Date().toISOString();
      return update(id, 'status = @status, message = @message, changed = @changed', { status, message, changed });
    },
    setQueuePosition: (id, position) => update(id, 'queue_position = @position', { position }),
    setStarted: (id, { provenance, total }) =>
      update(id, 'provenance = @provenance, total = @total', { provenance: toText(provenance), total }),
    appendPart(id, { key, result }) {
      get(id);
      connection.run(
        `INSERT INTO study_part (study, key, result) VALUES (@id, @key, @result)
         ON CONFLICT (study, key) DO UPDATE SET result = excluded.result`,
        { id, key, result: encode(result) },
      );
      return get(id);
    },
    keys: (id) => readParts(id).flatMap(({ key, fault }) => (fault === null ? [key] : [])),
    parts: (id) => readParts(id).flatMap(({ key, result, fault }) => (fault === null ? [{ key, result }] : [])),
    damagedParts: (id) =>
      readParts(id).flatMap(({ key, fault }) =>
        fault === null
          ? []
          : [`The stored part ${JSON.stringify(key.slice(0, 80))} of this study is damaged: ${fault}.`],
      ),
    remove: (id) =>
      connection.transaction(() => {
        get(id);
        connection.run('DELETE FROM study_part WHERE study = @id', { id });
        connection.run('DELETE FROM study WHERE id = @id', { id });
      }),
  };
}

const partsOf = 'FROM study_part WHERE study = @id ORDER BY id';

function decoded(kind: StudyKind, message: Uint8Array): { result: unknown; fault: string | null } {
  try {
    const result = decode(message);
    return { result, fault: faultOfPart(kind, result) };
  } catch {
    return { result: null, fault: `its ${message.length} bytes are no message of a lab` };
  }
}

/** One whose question is damaged is left out where others are listed. */
function unlessDamaged(row: Row): StudyRow[] {
  try {
    return [fromRow(row)];
  } catch (thrown) {
    if (isDamage(thrown)) return [];
    throw thrown;
  }
}

function fromRow({ queue_position, request, provenance, ...row }: Row): StudyRow {
  const { id, run, hash, status, message, total, created, changed, done } = row;
  const asked = soundText<StudyRequest>(request, studyRequestSchema, `request of the study ${id}`);
  const provided =
    provenance === null
      ? null
      : soundText<StudyProvenance>(provenance, provenanceSchema, `provenance of the study ${id}`);
  return {
    id,
    run,
    request: asked,
    hash,
    status,
    message,
    queuePosition: queue_position,
    provenance: provided,
    done,
    total,
    created,
    changed,
  };
}
