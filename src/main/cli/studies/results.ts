// Studies that a command asked for: which are stored, what the others cost, how they are carried out, and where results go.
import { join, resolve } from 'node:path';
import { abbreviated, byteSize, duration, significant } from '../../../charts/index.ts';
import { LabError } from '../../../shared/errors.ts';
import type { StudyEstimate, StudyPart, StudyRequest, StudyRow } from '../../../shared/studies/study.ts';
import { checkedRequest, estimateStudy } from '../../lab/index.ts';
import { type DataTable, joinedTables, tableCsv } from '../../lab/studies/tables/index.ts';
import { plain } from '../../lab/text.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import type { Session } from '../session.ts';
import { textTable } from '../text-table.ts';
import { writeText } from '../write-text.ts';
import { carryOutStudies } from './carry-out-studies.ts';
import { StudyProgress, studyNames } from './study-progress.ts';

export interface PlannedStudy {
  run: RunRow;
  label: string;
  request: StudyRequest;
  estimate: StudyEstimate;
  /** What is stored of it before the command begins. */
  stored: StudyRow | null;
}

export interface StudyResult extends PlannedStudy {
  study: StudyRow;
  parts: StudyPart[];
}

/** Everything is checked before anything is carried out. @throws LabError */
export function planned(store: ReadOnlyStore, label: string, value: unknown): PlannedStudy {
  const checked = checkedRequest(store, value);
  const { run, request, hash } = checked;
  return { run, label, request, estimate: estimateStudy(store, checked), stored: store.studies.find(hash) };
}

export async function carriedOut(plan: readonly PlannedStudy[], session: Session): Promise<void> {
  const missing = plan.filter(({ stored }) => stored?.status !== 'completed');
  if (missing.length === 0) return;
  const labels = new Map(plan.map(({ run, label }) => [run.id, label]));
  const progress = new StudyProgress(session, labels);
  session.say(costText(plan, missing));
  const requests = missing.map(({ request }) => request);
  await session.withLab(async (lab) => {
    await carryOutStudies(lab, requests, session, progress);
  }, progress.onEvent);
}

/** What is there now, of studies with any result. */
export function results(store: ReadOnlyStore, plan: readonly PlannedStudy[]): StudyResult[] {
  return plan.flatMap((one) => {
    const study = store.studies.find(checkedRequest(store, one.request).hash);
    return study && study.done > 0 ? [{ ...one, study, parts: store.studies.parts(study.id) }] : [];
  });
}

/** Results of all parts of a study, as those of its kind. */
export const partsOf = <Result>({ parts }: Pick<StudyResult, 'parts'>): Result[] =>
  parts.map(({ result }) => result as Result);

function costText(plan: readonly PlannedStudy[], missing: readonly PlannedStudy[]): string {
  const tokens = missing.reduce((sum, { estimate }) => sum + estimate.tokens, 0);
  const seconds = missing.reduce((sum, { estimate }) => sum + (estimate.seconds ?? Number.NaN), 0);
  const there = plan.length - missing.length;
  const time = Number.isNaN(seconds) ? '' : `, about ${duration(seconds)}`;
  const studies = `${missing.length} ${missing.length === 1 ? 'study' : 'studies'}`;
  return `${studies} of ${abbreviated(tokens)} tokens in all${time}${there > 0 ? `; ${there} more stored already` : ''}.`;
}

/** What each would cost, without doing it. */
export function tellEstimates(plan: readonly PlannedStudy[], session: Session): void {
  const data = plan.map(({ run, request, estimate, stored }) => ({
    run: run.id,
    request,
    estimate,
    stored: stored && { study: stored.id, status: stored.status, done: stored.done, total: stored.total },
  }));
  const column = (label: string, read: (one: PlannedStudy) => string, align: 'left' | 'right' = 'right') => ({
    label,
    align,
    values: plan.map(read),
  });
  session.result(data, () =>
    textTable([
      column('run', ({ label }) => plain(label, 40), 'left'),
      column('study', ({ request }) => studyNames[request.kind], 'left'),
      column('of', ({ request }) => size(request), 'left'),
      column('tokens', ({ estimate }) => abbreviated(estimate.tokens)),
      column('FLOPs', ({ estimate }) => significant(estimate.flops, 3)),
      column('time', ({ estimate }) => (estimate.seconds === null ? '–' : duration(estimate.seconds))),
      column('memory', ({ estimate }) => byteSize(estimate.memory)),
      column('stores', ({ estimate }) => byteSize(estimate.storedBytes)),
      column('there', ({ stored }) => storedText(stored), 'left'),
    ]),
  );
}

function size(request: StudyRequest): string {
  const many = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  if (request.kind === 'pruning') return many(request.settings.length, 'setting');
  return request.kind === 'lens' ? 'one text' : many(request.steps.length, 'checkpoint');
}

function storedText(stored: StudyRow | null): string {
  if (!stored || stored.done === 0) return 'no';
  return stored.status === 'completed' ? 'yes' : `${stored.done}${stored.total === null ? '' : ` of ${stored.total}`}`;
}

/** One file a table. @throws LabError 'request' where the folder cannot be written */
export function writeTables(folder: string, tables: readonly DataTable[], session: Session): void {
  const place = resolve(session.io.folder, folder);
  const joined = joinedTables(tables);
  for (const table of joined) writeText(join(place, `${table.name}.csv`), tableCsv(table));
  session.say(`Wrote ${joined.map(({ name }) => `${name}.csv`).join(', ')} in ${place}.`);
}

/** As one line; typed arrays become lists, and what JSON cannot say becomes null. */
export function writeResult(data: object, session: Session): void {
  const text = JSON.stringify({ type: 'result', ...data }, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
  );
  session.io.out(`${text}\n`);
}

/** Ids or names of one run twice are that run once. */
export const distinctRuns = (runs: readonly RunRow[]): RunRow[] => [
  ...new Map(runs.map((run) => [run.id, run])).values(),
];

/** A list of an option, without repetitions. */
export const listOf =
  <Value>(name: string, parse: (text: string) => Value, example: string) =>
  (text: string): Value[] => {
    const parts = text.split(',').map((part) => part.trim());
    if (parts.some((part) => part === '')) {
      throw new LabError(
        'request',
        `--${name} is ${JSON.stringify(text.slice(0, 100))}; it must be a list like ${example}.`,
        {
          field: `--${name}`,
          value: text.slice(0, 100),
        },
      );
    }
    return [...new Set(parts.map(parse))];
  };
