// Runs as one zip file that another lab takes in: shared/bundle.ts says what is in it. It is written as a stream, entry after entry,
// each hashed on its way; the manifest with the hashes comes last. The same runs give the same bytes, but for the date in it.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import {
  type BundleFile,
  type BundleManifest,
  bundleFormat,
  bundlePaths,
  bundleVersion,
  manifestPath,
} from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import type { CheckpointChoice } from '../../../shared/report.ts';
import { encode } from '../../../shared/wire.ts';
import type { CheckpointRow, ReadOnlyStore, RunRow, StudyRow } from '../../store/index.ts';
import { toText } from '../../store/plain-text.ts';
import { segmentSteps, stepsCsv } from './metrics-csv.ts';

export interface BundleOptions {
  title: string;
  made: Date;
  lab: string;
  checkpoints: CheckpointChoice;
  /** For people. */
  reportHtml: string;
  signal?: AbortSignal | undefined;
}

/** What an entry holds, made when its turn comes; a file with the hash that it must have. */
type Content = { kind: 'text'; make: () => string | Uint8Array } | { kind: 'file'; file: string; sha256: string };

interface Entry {
  path: string;
  content: Content;
}

/** @throws LabError 'checkpoint' for a checkpoint that is not what it was, 'request' where the file cannot be written */
export async function writeBundle(
  store: ReadOnlyStore,
  asked: readonly string[],
  file: string,
  options: BundleOptions,
): Promise<void> {
  const runs = withParents(store, asked);
  const chosen = new Map(runs.map((run) => [run.id, chosenCheckpoints(store, run, asked, options.checkpoints)]));
  const studies = store.studies.list({ runs: runs.map(({ id }) => id), removed: true }).filter(({ done }) => done > 0);
  const entries = entriesOf(store, { runs, chosen, studies: studies.reverse(), reportHtml: options.reportHtml });
  const files: BundleFile[] = [];
  const zip = new ZipFile();
  const failed = new Promise<never>((_, reject) => zip.once('error', reject));
  for (const entry of entries) add(zip, entry, (one) => files.push(one));
  const manifest = (): BundleManifest => ({
    format: bundleFormat,
    version: bundleVersion,
    made: options.made.toISOString(),
    lab: options.lab,
    title: options.title,
    experiments: [...new Set(runs.map(({ experiment }) => experiment))],
    runs: runs.map((run) => ({
      id: run.id,
      asked: asked.includes(run.id),
      experiment: run.experiment,
      parent: run.parent,
      corpusHash: run.corpusHash,
      segments: store.segments.list(run.id).map(({ id }) => id),
      checkpoints: chosen.get(run.id)!.map(({ step }) => step),
    })),
    studies: studies.map(({ id, run }) => ({ id, run, parts: store.studies.keys(id).length })),
    corpora: corporaOf(store, runs).map(({ description }) => description.hash),
    files,
  });
  add(
    zip,
    { path: manifestPath, content: { kind: 'text', make: () => `${JSON.stringify(manifest(), null, 1)}\n` } },
    () => {},
  );
  zip.end();
  await Promise.race([pipeline(zip.outputStream, createWriteStream(file), { signal: options.signal }), failed]);
}

/** Parents first, each once. */
function withParents(store: ReadOnlyStore, asked: readonly string[]): RunRow[] {
  const runs = new Map<string, RunRow>();
  const take = (id: string) => {
    if (runs.has(id)) return;
    const run = store.runs.get(id);
    if (run.parent) take(run.parent.run);
    runs.set(id, run);
  };
  for (const id of asked) take(id);
  return [...runs.values()];
}

/** In ascending steps. Of a run that is here for its fork's sake, none. */
function chosenCheckpoints(
  store: ReadOnlyStore,
  { id }: RunRow,
  asked: readonly string[],
  choice: CheckpointChoice,
): CheckpointRow[] {
  if (choice === 'none' || !asked.includes(id)) return [];
  const all = store.checkpoints.list(id).toSorted((a, b) => a.step - b.step);
  return choice === 'all' ? all : all.slice(-1);
}

const corporaOf = (store: ReadOnlyStore, runs: readonly RunRow[]) => {
  const hashes = new Set(runs.map(({ corpusHash }) => corpusHash));
  return store.corpora.list().filter(({ description }) => hashes.delete(description.hash));
};

interface Contents {
  runs: readonly RunRow[];
  chosen: ReadonlyMap<string, CheckpointRow[]>;
  studies: readonly StudyRow[];
  reportHtml: string;
}

function entriesOf(store: ReadOnlyStore, { runs, chosen, studies, reportHtml }: Contents): Entry[] {
  const experiments = [...new Set(runs.map(({ experiment }) => experiment))];
  return [
    text(bundlePaths.report, () => reportHtml),
    json(bundlePaths.experiments, () => experiments.map((id) => store.experiments.get(id))),
    ...corporaOf(store, runs).map(({ description }) =>
      // Where it lies here is of no use elsewhere.
      json(bundlePaths.corpus(description.hash), () => ({ ...description, folder: '' })),
    ),
    ...runs.flatMap((run) => runEntries(store, run, chosen.get(run.id)!)),
    ...studies.flatMap((study) => studyEntries(store, study)),
  ];
}

function runEntries(store: ReadOnlyStore, { id }: RunRow, checkpoints: readonly CheckpointRow[]): Entry[] {
  let steps: ReturnType<typeof segmentSteps> | null = null;
  const segments = store.segments.list(id);
  return [
    json(bundlePaths.run(id), () => store.runs.get(id)),
    json(bundlePaths.segments(id), () => segments),
    ...segments.map((segment, index) =>
      text(bundlePaths.segment(id, segment.id), () => {
        steps ??= segmentSteps(store, id);
        const csv = stepsCsv(steps.get(segment.id)!);
        // A run's curves are let go with its last segment.
        if (index === segments.length - 1) steps = null;
        return csv;
      }),
    ),
    json(bundlePaths.evaluations(id), () =>
      store.evaluations.list(id, { superseded: true }).filter(({ run }) => run === id),
    ),
    json(bundlePaths.events(id), () => store.events.list(id)),
    json(bundlePaths.checkpoints(id), () => checkpoints.map((one) => ({ ...one, folder: basename(one.folder) }))),
    ...checkpoints.flatMap(({ step, folder, hashes }) =>
      Object.entries(hashes)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, sha256]): Entry => {
          const path = bundlePaths.checkpointFile(id, step, name);
          return { path, content: { kind: 'file', file: join(folder, basename(name)), sha256 } };
        }),
    ),
  ];
}

function studyEntries(store: ReadOnlyStore, study: StudyRow): Entry[] {
  const keys = store.studies.keys(study.id);
  let parts: ReturnType<ReadOnlyStore['studies']['parts']> | null = null;
  return [
    json(bundlePaths.study(study.id), () => study),
    json(bundlePaths.parts(study.id), () => keys),
    ...keys.map((_, index) =>
      text(bundlePaths.part(study.id, index), () => {
        parts ??= store.studies.parts(study.id);
        const message = encode(parts[index]!.result);
        if (index === keys.length - 1) parts = null;
        return message;
      }),
    ),
  ];
}

const text = (path: string, make: () => string | Uint8Array): Entry => ({ path, content: { kind: 'text', make } });
const json = (path: string, make: () => unknown): Entry => text(path, () => `${toText(make())}\n`);

/** Without a time of its own: DOS times are local, and these are the earliest that there are. */
const entryOptions = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };

function add(zip: ZipFile, { path, content }: Entry, done: (file: BundleFile) => void): void {
  // Weights do not get smaller.
  const compress = content.kind === 'text';
  zip.addReadStreamLazy(path, { ...entryOptions, compress }, (give) => {
    const fail = (thrown: unknown) => void zip.emit('error', thrown);
    try {
      const counting = counter((bytes, sha256) => {
        if (content.kind === 'file' && content.sha256 !== sha256) return fail(changed(content.file, sha256));
        done({ path, bytes, sha256 });
      });
      const source =
        content.kind === 'file' ? createReadStream(content.file) : Readable.from([Buffer.from(content.make())]);
      source.on('error', (error: Error) => fail(content.kind === 'file' ? gone(content.file, error) : error));
      give(null, source.pipe(counting));
    } catch (thrown) {
      fail(thrown);
    }
  });
}

function counter(end: (bytes: number, sha256: string) => void): Transform {
  const hash = createHash('sha256');
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk);
      bytes += chunk.length;
      next(null, chunk);
    },
    flush(next) {
      end(bytes, hash.digest('hex'));
      next();
    },
  });
}

const remedy = 'Make the bundle without checkpoints, or with all but this one removed.';

const changed = (file: string, value: string) =>
  new LabError('checkpoint', `${file} is not what it was when its checkpoint was written: its hash differs.`, {
    field: file,
    value,
    remedy,
  });

const gone = (file: string, { message }: Error) =>
  new LabError('checkpoint', `${file} of a checkpoint cannot be read: ${message}.`, { field: file, remedy });
