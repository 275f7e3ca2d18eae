// The files of an unpacked bundle as rows, each checked in full: what stands in them, and that they speak of one another. Whether
// this lab has any of it already is not asked here. What is large is read a run or a part at a time.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BundleManifest, bundlePaths, corpusHash } from '../../../shared/bundle.ts';
import { parseConfiguration } from '../../../shared/config/index.ts';
import { LabError } from '../../../shared/errors.ts';
import { runStatuses, segmentOutcomes } from '../../../shared/records.ts';
import {
  byName,
  domainsSchema,
  number,
  provenanceSchema,
  routingSchema,
  runStartSchema,
  similaritySchema,
} from '../../../shared/stored-schemas.ts';
import { faultOfPart } from '../../../shared/studies/part-schema.ts';
import { studyRequestSchema, studyStatuses } from '../../../shared/studies/study.ts';
import { decode } from '../../../shared/wire.ts';
import type { CorpusDescription } from '../../../shared/worker-messages.ts';
import type {
  CheckpointRow,
  EvaluationRow,
  EventRow,
  ExperimentRow,
  RunRow,
  SegmentRow,
  StudyRow,
} from '../../store/index.ts';
import { fromText } from '../../store/plain-text.ts';

const whole = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const time = z.iso.datetime();
const text = z.string().max(200_000);
const id = z.string().max(64);
const place = z.object({ run: id, step: whole }).nullable();
const vector = z.array(number).max(1_000_000);
const experiments = z.array(
  z.object({ id, name: text.min(1), note: text, tags: z.array(text).max(100), created: time }),
);
const run = z.object({
  ...{ id, experiment: id, name: text.min(1), corpusHash, seedGroup: text.nullable(), parent: place },
  ...{ status: z.enum(runStatuses), message: text.nullable(), note: text, tags: z.array(text).max(100) },
  ...{ created: time, changed: time, configuration: z.unknown() },
});
const segments = z.array(
  z.object({
    ...{
      id: whole,
      run: id,
      fromStep: whole,
      parent: place,
      start: runStartSchema,
      began: time,
      ended: time.nullable(),
    },
    ...{ outcome: z.enum(segmentOutcomes).nullable(), endStep: whole.nullable(), lastStep: whole.nullable() },
  }),
);
const evaluation = z.object({
  ...{ step: whole, tokens: number, seconds: number, cost: number, loss: number, perplexity: number },
  evaluatedTokens: number,
  domains: domainsSchema,
  routing: routingSchema.extend({ counts: z.array(vector) }).nullable(),
  similarity: similaritySchema.extend({ pairs: z.array(z.array(vector)) }).nullable(),
});
const evaluations = z.array(z.object({ segment: whole, created: time, evaluation }));
const events = z.array(
  z.object({ created: time, step: whole.nullable(), kind: z.string().max(200), message: text, data: z.unknown() }),
);
const checkpoints = z.array(
  z.object({
    ...{ run: id, segment: whole, created: time, step: whole, bytes: whole },
    folder: z.string().regex(/^step-\d{1,16}$/, 'step- and its number'),
    hashes: z.record(z.string(), z.string()),
  }),
);
const study = z.object({
  ...{ id, run: id, request: studyRequestSchema, hash: z.string().regex(/^[0-9a-f]{64}$/) },
  ...{ status: z.enum(studyStatuses), message: text.nullable(), total: whole.nullable(), created: time, changed: time },
  provenance: provenanceSchema.nullable(),
});
const counts = z.object({ documents: whole, tokens: whole, bytes: whole });
const corpus = z.object({
  ...{ name: text.min(1), hash: text, tokenizer: z.enum(['bytes', 'gpt2', 'cl100k_base']), vocabulary: whole },
  documents: z.object({ train: whole, validation: whole, duplicates: whole }),
  tokens: z.object({ train: whole, validation: whole }),
  bytes: whole,
  domains: byName(counts),
  skipped: byName(whole).optional(),
});

/** What names everything else: all of it is held at once. */
export interface BundleOutline {
  experiments: Omit<ExperimentRow, 'removed'>[];
  /** Parents before those that were forked from them. */
  runs: { run: Omit<RunRow, 'queuePosition' | 'removed'>; segments: SegmentRow[] }[];
  studies: { row: Omit<StudyRow, 'queuePosition' | 'done'>; keys: string[] }[];
  corpora: Omit<CorpusDescription, 'folder'>[];
}

/** @throws LabError 'request' naming the file and the field that does not hold */
export function readOutline(folder: string, manifest: BundleManifest): BundleOutline {
  const outline: BundleOutline = {
    experiments: readJson(folder, bundlePaths.experiments, experiments),
    runs: manifest.runs.map(({ id }) => readRun(folder, id)),
    studies: manifest.studies.map(({ id }) => readStudy(folder, id, manifest)),
    corpora: manifest.corpora.map((hash) => readJson(folder, bundlePaths.corpus(hash), corpus) as CorpusDescription),
  };
  checkTogether(outline, manifest);
  return outline;
}

function readRun(folder: string, id: string): BundleOutline['runs'][number] {
  const path = bundlePaths.run(id);
  const row = readJson(folder, path, run);
  const configuration = held(path, () => parseConfiguration(row.configuration));
  const ascending = readJson(folder, bundlePaths.segments(id), segments) as SegmentRow[];
  return { run: { ...row, id, configuration }, segments: ascending };
}

/** Superseded ones too, of this run's own segments. */
export function readEvaluations(
  folder: string,
  { run: { id, configuration }, segments }: BundleOutline['runs'][number],
): Omit<EvaluationRow, 'id' | 'run'>[] {
  const path = bundlePaths.evaluations(id);
  const rows = readJson(folder, path, evaluations) as unknown as Omit<EvaluationRow, 'id' | 'run'>[];
  const { layers, experts } = configuration.model;
  requireSegments(path, rows, segments);
  for (const { evaluation } of rows) {
    const { routing, similarity } = evaluation;
    const perLayer = [routing ?? {}, similarity ?? {}].flatMap(Object.values).filter(Array.isArray);
    const fits =
      perLayer.every(({ length }) => length <= layers) &&
      isBox(routing?.counts ?? [], experts) &&
      (similarity?.pairs ?? []).every((pairs, _, all) => pairs.length === all[0]!.length && isBox(pairs, experts)) &&
      isBox((similarity?.pairs ?? []).flat(), experts);
    if (!fits) {
      throw broken(
        path,
        `the evaluation of step ${evaluation.step} is not of ${layers} layers with ${experts} experts`,
      );
    }
  }
  return rows;
}

/** Whether all rows are equally long, and no longer than this. */
const isBox = (rows: readonly (readonly number[])[], most: number): boolean =>
  rows.every(({ length }) => length === rows[0]!.length && length <= most);

export const readEvents = (folder: string, run: string): Omit<EventRow, 'id' | 'run'>[] =>
  readJson(folder, bundlePaths.events(run), events);

/** Those whose files are here, each file with the hash that its checkpoint says. */
export function readCheckpoints(
  folder: string,
  { run: { id }, segments }: BundleOutline['runs'][number],
  manifest: BundleManifest,
): CheckpointRow[] {
  const path = bundlePaths.checkpoints(id);
  const kept = readJson(folder, path, checkpoints);
  if (new Set(kept.map(({ step }) => step)).size !== kept.length) throw broken(path, 'a step is there twice');
  requireSegments(path, kept, segments);
  const own = `runs/${id}/checkpoints/`;
  const files = Map.groupBy(
    manifest.files.filter((file) => file.path.startsWith(own)),
    (file) => file.path.slice(0, file.path.indexOf('/', own.length) + 1),
  );
  for (const { step, hashes, folder: name, run } of kept) {
    const start = `${own}${name}/`;
    const here = files.get(start) ?? [];
    const same =
      here.length > 0 &&
      here.length === Object.keys(hashes).length &&
      here.every((file) => hashes[file.path.slice(start.length)] === file.sha256);
    if (!same || run !== id || bundlePaths.checkpointFile(id, step, '') !== start) {
      throw broken(path, `the checkpoint of step ${step} is not the one whose files are here`);
    }
  }
  return kept;
}

function requireSegments(path: string, rows: readonly { segment: number }[], segments: readonly SegmentRow[]): void {
  const own = new Set(segments.map(({ id }) => id));
  const wrong = rows.find(({ segment }) => !own.has(segment));
  if (wrong) throw broken(path, `something of it belongs to the segment ${wrong.segment}, which is not here`);
}

function readStudy(folder: string, id: string, manifest: BundleManifest): BundleOutline['studies'][number] {
  const row = readJson(folder, bundlePaths.study(id), study) as StudyRow;
  const keys = readJson(folder, bundlePaths.parts(id), z.array(z.string().max(10_000)).max(100_000));
  const { parts } = manifest.studies.find((other) => other.id === id)!;
  if (row.id !== id || row.request.run !== row.run || keys.length !== parts || new Set(keys).size !== parts) {
    throw broken(bundlePaths.study(id), 'it is not the study that the manifest names');
  }
  return { row, keys };
}

/** The message of one result, which is one of its kind and no larger than the run's model. */
export function readPart(
  folder: string,
  { row }: BundleOutline['studies'][number],
  index: number,
  { run }: BundleOutline['runs'][number],
): Uint8Array {
  const path = bundlePaths.part(row.id, index);
  const message = contentOf(folder, path, largestPart);
  const part = held(path, () => decode(message)) as { layers?: number; experts?: number };
  const fault = faultOfPart(row.request.kind, part);
  if (fault !== null) throw broken(path, `it is no result of a ${row.request.kind} study: ${fault}`);
  const { layers, experts } = run.configuration.model;
  if ((part.layers ?? 0) > layers || (part.experts ?? 0) > experts) {
    throw broken(path, `it is not of a model of ${layers} layers with ${experts} experts`);
  }
  return message;
}

/** That every row speaks of rows that are here. */
function checkTogether({ experiments, runs, studies, corpora }: BundleOutline, manifest: BundleManifest): void {
  const known = new Set<string>();
  const experimentIds = new Set(experiments.map(({ id }) => id));
  if (experimentIds.size !== experiments.length) throw broken(bundlePaths.experiments, 'one is there twice');
  for (const { run: row, segments } of runs) {
    const path = bundlePaths.run(row.id);
    const named = manifest.runs.find(({ id }) => id === row.id)!;
    if (known.has(row.id)) throw broken(path, 'the run is named twice');
    if (!experimentIds.has(row.experiment)) throw broken(path, `its experiment ${row.experiment} is not here`);
    const before = [row.parent, ...segments.map(({ parent }) => parent)].filter((place) => place !== null);
    const foreign = before.find((place) => !known.has(place.run));
    if (foreign) throw broken(path, `it goes on from the run ${foreign.run}, which is not before it`);
    // A fork begins once. With more beginnings a curve would be as many times as long with each run before it.
    if (segments.filter(({ parent }) => parent !== null).length > 1)
      throw broken(bundlePaths.segments(row.id), 'more than one segment goes on from another run');
    known.add(row.id);
    if (segments.some(({ run }) => run !== row.id))
      throw broken(bundlePaths.segments(row.id), 'a segment is of another run');
    const own = new Set(segments.map(({ id }) => id));
    if (named.segments.length !== own.size || named.segments.some((id) => !own.has(id))) {
      throw broken(bundlePaths.segments(row.id), 'they are not those that the manifest names');
    }
  }
  const all = runs.flatMap(({ segments }) => segments.map(({ id }) => id));
  if (new Set(all).size !== all.length) throw broken('manifest.json', 'two segments have one id');
  const ids = new Set(studies.map(({ row }) => row.id));
  if (ids.size !== studies.length) throw broken('manifest.json', 'a study is named twice');
  for (const { row } of studies) {
    if (!known.has(row.run)) throw broken(bundlePaths.study(row.id), `its run ${row.run} is not here`);
  }
  for (const [index, { hash }] of corpora.entries()) {
    if (manifest.corpora[index] !== hash)
      throw broken(bundlePaths.corpus(manifest.corpora[index]!), 'it has another hash');
  }
}

function readJson<Schema extends z.ZodType>(folder: string, path: string, schema: Schema): z.output<Schema> {
  const value = held(path, () => fromText<unknown>(contentOf(folder, path).toString('utf8')));
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw broken(path, `${issue!.path.map(String).join('.') || 'the whole'}: ${issue!.message}`);
}

/** Of one file; it is held whole. */
const largest = 2 ** 28;

/** Of one result, which the lab stores whole. */
const largestPart = 2 ** 26;

export function contentOf(folder: string, path: string, most = largest): Buffer {
  const file = join(folder, path);
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (size === undefined) throw broken(path, 'it is not there');
  if (size > most) throw broken(path, `it has ${size} bytes, more than ${most}`);
  return readFileSync(file);
}

function held<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof LabError && error.code === 'request') throw error;
    throw broken(path, (error as Error).message.slice(0, 300));
  }
}

export const broken = (path: string, what: string): LabError =>
  new LabError('request', `The bundle's ${path} does not hold: ${what.replace(/\.$/, '')}.`, {
    field: path,
    remedy: 'Make the bundle again; nothing of it was imported.',
  });
