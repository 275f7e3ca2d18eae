// The files of an unpacked bundle as rows, each checked in full: what stands in them, and that they speak of one another. Whether
// this lab has any of it already is not asked here.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BundleManifest, bundlePaths, corpusHash } from '../../../shared/bundle.ts';
import { parseConfiguration } from '../../../shared/config/index.ts';
import { LabError } from '../../../shared/errors.ts';
import { runStatuses, segmentOutcomes } from '../../../shared/records.ts';
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
  StudyPart,
  StudyRow,
} from '../../store/index.ts';
import { fromText } from '../../store/plain-text.ts';
import { studyTables } from '../studies/tables/index.ts';

/** Any number, the not finite ones too. */
const number = z.custom<number>((value) => typeof value === 'number', 'a number');
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
const start = z.object({
  ...{ step: whole, initHash: text, initHashWithoutRouters: text, dataHash: text },
  engine: z.object({
    kind: z.enum(['onnx-cpu', 'onnx-webgpu', 'reference', 'tensorflow']),
    ...{ device: text, software: z.boolean(), threads: number },
  }),
  parameters: z.object({ total: number, active: number }),
  bytes: z.object({ estimated: number, parameters: number }),
  versions: z.record(z.string(), text),
});
const segments = z.array(
  z.object({
    ...{ id: whole, run: id, fromStep: whole, parent: place, start, began: time, ended: time.nullable() },
    ...{ outcome: z.enum(segmentOutcomes).nullable(), endStep: whole.nullable(), lastStep: whole.nullable() },
  }),
);
const evaluation = z.object({
  ...{ step: whole, tokens: number, seconds: number, cost: number, loss: number, perplexity: number },
  evaluatedTokens: number,
  domains: z.record(z.string(), z.object({ loss: number, tokens: number })),
  routing: z
    .looseObject({ counts: z.array(vector), uniqueExperts: vector, uniqueExpertsPooled: number, entropy: vector })
    .nullable(),
  similarity: z.looseObject({ pes: vector, minimum: number, pairs: z.array(z.array(vector)) }).nullable(),
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
  provenance: z
    .object({ engine: text, device: text, threads: number, versions: z.record(z.string(), text) })
    .nullable(),
});
const counts = z.object({ documents: whole, tokens: whole, bytes: whole });
const corpus = z.object({
  ...{ name: text.min(1), hash: text, tokenizer: z.enum(['bytes', 'gpt2', 'cl100k_base']), vocabulary: whole },
  documents: z.object({ train: whole, validation: whole, duplicates: whole }),
  tokens: z.object({ train: whole, validation: whole }),
  bytes: whole,
  domains: z.record(z.string(), counts),
  skipped: z.record(z.string(), whole).optional(),
});

export interface BundleRunRows {
  run: Omit<RunRow, 'queuePosition' | 'removed'>;
  segments: SegmentRow[];
  evaluations: Omit<EvaluationRow, 'id' | 'run'>[];
  events: Omit<EventRow, 'id' | 'run'>[];
  checkpoints: CheckpointRow[];
}

export interface BundleRows {
  experiments: Omit<ExperimentRow, 'removed'>[];
  /** Parents before those that were forked from them. */
  runs: BundleRunRows[];
  studies: { row: Omit<StudyRow, 'queuePosition' | 'done'>; parts: StudyPart[] }[];
  corpora: Omit<CorpusDescription, 'folder'>[];
}

/** @throws LabError 'request' naming the file and the field that does not hold */
export function readRows(folder: string, manifest: BundleManifest): BundleRows {
  const rows: BundleRows = {
    experiments: readJson(folder, bundlePaths.experiments, experiments),
    runs: manifest.runs.map(({ id }) => readRun(folder, id, manifest)),
    studies: manifest.studies.map(({ id }) => readStudy(folder, id, manifest)),
    corpora: manifest.corpora.map((hash) => readJson(folder, bundlePaths.corpus(hash), corpus) as CorpusDescription),
  };
  checkTogether(rows, manifest);
  return rows;
}

function readRun(folder: string, id: string, manifest: BundleManifest): BundleRunRows {
  const path = bundlePaths.run(id);
  const row = readJson(folder, path, run);
  const configuration = held(path, () => parseConfiguration(row.configuration));
  const kept = readJson(folder, bundlePaths.checkpoints(id), checkpoints);
  for (const { step, hashes, folder: name } of kept) {
    const start = `runs/${id}/checkpoints/${name}/`;
    const here = manifest.files.filter((file) => file.path.startsWith(start));
    const same =
      here.length === Object.keys(hashes).length &&
      here.every((file) => hashes[file.path.slice(start.length)] === file.sha256);
    if (!same || bundlePaths.checkpointFile(id, step, '') !== start) {
      throw broken(bundlePaths.checkpoints(id), `the checkpoint of step ${step} is not the one whose files are here`);
    }
  }
  return {
    run: { ...row, id, configuration },
    segments: readJson(folder, bundlePaths.segments(id), segments) as SegmentRow[],
    evaluations: readJson(folder, bundlePaths.evaluations(id), evaluations) as unknown as BundleRunRows['evaluations'],
    events: readJson(folder, bundlePaths.events(id), events),
    checkpoints: kept,
  };
}

function readStudy(folder: string, id: string, manifest: BundleManifest): BundleRows['studies'][number] {
  const row = readJson(folder, bundlePaths.study(id), study) as StudyRow;
  const keys = readJson(folder, bundlePaths.parts(id), z.array(z.string().max(10_000)).max(100_000));
  const { parts } = manifest.studies.find((other) => other.id === id)!;
  if (row.id !== id || row.request.run !== row.run || keys.length !== parts || new Set(keys).size !== parts) {
    throw broken(bundlePaths.study(id), 'it is not the study that the manifest names');
  }
  return {
    row,
    parts: keys.map((key, index) => {
      const path = bundlePaths.part(id, index);
      return { key, result: held(path, () => decode(contentOf(folder, path))) };
    }),
  };
}

/** That every row speaks of rows that are here. */
function checkTogether({ experiments, runs, studies, corpora }: BundleRows, manifest: BundleManifest): void {
  const known = new Set<string>();
  const experimentIds = new Set(experiments.map(({ id }) => id));
  for (const { run: row, segments, evaluations, checkpoints } of runs) {
    const path = bundlePaths.run(row.id);
    if (known.has(row.id)) throw broken(path, 'the run is named twice');
    if (!experimentIds.has(row.experiment)) throw broken(path, `its experiment ${row.experiment} is not here`);
    known.add(row.id);
    const own = new Set(segments.map(({ id }) => id));
    const places = [row.parent, ...segments.map(({ parent }) => parent)].filter((place) => place !== null);
    const foreign = places.find((place) => !known.has(place.run));
    if (foreign) throw broken(path, `it goes on from the run ${foreign.run}, which is not before it`);
    const wrong = [...evaluations, ...checkpoints].find(({ segment }) => !own.has(segment));
    if (wrong) throw broken(path, `something of it belongs to the segment ${wrong.segment}, which is not here`);
    if (segments.some(({ run }) => run !== row.id))
      throw broken(bundlePaths.segments(row.id), 'a segment is of another run');
    const named = manifest.runs.find(({ id }) => id === row.id)!;
    if (named.segments.length !== own.size || named.segments.some((id) => !own.has(id))) {
      throw broken(bundlePaths.segments(row.id), 'they are not those that the manifest names');
    }
  }
  const all = runs.flatMap(({ segments }) => segments.map(({ id }) => id));
  if (new Set(all).size !== all.length) throw broken('manifest.json', 'two segments have one id');
  for (const study of studies) {
    const of = runs.find(({ run }) => run.id === study.row.run);
    if (!of) throw broken(bundlePaths.study(study.row.id), `its run ${study.row.run} is not here`);
    checkParts(study, of.run);
  }
  for (const [index, { hash }] of corpora.entries()) {
    if (manifest.corpora[index] !== hash)
      throw broken(bundlePaths.corpus(manifest.corpora[index]!), 'it has another hash');
  }
}

/** That the results can be shown: no larger than the run's model, and what tables can be made of. */
function checkParts({ row, parts }: BundleRows['studies'][number], run: BundleRunRows['run']): void {
  const { layers, experts } = run.configuration.model;
  const within = (size: unknown, most: number) => size === undefined || (typeof size === 'number' && size <= most);
  for (const [index, { result }] of parts.entries()) {
    const path = bundlePaths.part(row.id, index);
    const part = result as { layers?: unknown; experts?: unknown } | null;
    if (typeof part !== 'object' || part === null) throw broken(path, 'it is no result of a study');
    if (!within(part.layers, layers) || !within(part.experts, experts)) {
      throw broken(path, `it is not of a model of ${layers} layers with ${experts} experts`);
    }
    try {
      for (const { rows } of studyTables(row.request.kind, run, [part as never])) Array.from(rows);
    } catch {
      throw broken(path, `it is no result of a ${row.request.kind} study`);
    }
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

export function contentOf(folder: string, path: string): Buffer {
  const file = join(folder, path);
  const { size } = statSync(file);
  if (size > largest) throw broken(path, `it has ${size} bytes, more than ${largest}`);
  return readFileSync(file);
}

function held<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof LabError && error.code === 'request') throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw broken(path, code === 'ENOENT' ? 'it is not there' : message.slice(0, 300));
  }
}

export const broken = (path: string, what: string): LabError =>
  new LabError('request', `The bundle's ${path} does not hold: ${what.replace(/\.$/, '')}.`, {
    field: path,
    remedy: 'Make the bundle again; nothing of it was imported.',
  });
