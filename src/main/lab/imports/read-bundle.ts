// A bundle, read where nothing is lost when reading it ends badly: unpacked, looked at to its last row, and only then told to the lab
// piece by piece. The lab writes; this process never sees the store.
import type { BundleManifest } from '../../../shared/bundle.ts';
import type { BundleJob, BundlePiece } from '../../../shared/bundle-pieces.ts';
import type { BundlePreview } from '../../../shared/imports.ts';
import type { WorkerEvent } from '../../../shared/worker-messages.ts';
import { openBundle } from './bundle-archive.ts';
import {
  type BundleOutline,
  readCheckpoints,
  readEvaluations,
  readEvents,
  readOutline,
  readPart,
} from './bundle-rows.ts';
import { readSteps } from './bundle-steps.ts';

/** Resolves when there is room for the next one. */
type Say = (event: WorkerEvent) => Promise<void>;

/** Events of a run that are stored at once. */
const eventBatch = 200;
/** Milliseconds between two words of progress. */
const often = 250;

/** @throws LabError 'request' for what is no bundle; then no piece of it was told */
export async function readBundle({ path, folder }: BundleJob, say: Say): Promise<void> {
  const bundle = await openBundle(path);
  try {
    if (folder === null) {
      await say({ type: 'bundle-preview', preview: previewOf(path, bundle) });
      return;
    }
    const tell = progressTo(say);
    await bundle.unpack(folder, (done, total) => tell('checking', done, total));
    const outline = readOutline(folder, bundle.manifest);
    let total = 0;
    for (const _ of piecesOf(folder, bundle.manifest, outline)) {
      total += 1;
      await tell('checking', 1, 1);
    }
    let sequence = 0;
    for (const piece of piecesOf(folder, bundle.manifest, outline)) {
      sequence += 1;
      await say({ type: 'bundle-piece', sequence, piece });
      await tell('taking in', sequence, total);
    }
    await say({ type: 'bundle-read' });
  } finally {
    bundle.close();
  }
}

function previewOf(path: string, { manifest, bytes }: { manifest: BundleManifest; bytes: number }): BundlePreview {
  const { title, made, lab, runs, experiments, studies } = manifest;
  return {
    ...{ kind: 'bundle', path, title, made, lab, bytes, runs: runs.length },
    experiments: experiments.length,
    studies: studies.length,
    checkpoints: runs.reduce((sum, { checkpoints }) => sum + checkpoints.length, 0),
  };
}

/** All of the bundle in the order of BundlePiece. @throws LabError 'request' at the first that does not hold */
function* piecesOf(folder: string, manifest: BundleManifest, outline: BundleOutline): Generator<BundlePiece> {
  const { experiments, runs, studies, corpora } = outline;
  const { title, made, lab } = manifest;
  yield { of: 'bundle', title, made, lab };
  for (const row of corpora) yield { of: 'corpus', row };
  for (const row of experiments) yield { of: 'experiment', row };
  for (const { run } of runs) yield { of: 'run', row: run };
  const segments = runs.flatMap((run) => run.segments).sort((a, b) => a.id - b.id);
  for (const row of segments) {
    yield { of: 'segment', row };
    for (const steps of readSteps(folder, row)) yield { of: 'steps', run: row.run, segment: row.id, steps };
  }
  for (const run of runs) {
    const { id } = run.run;
    for (const row of readEvaluations(folder, run)) yield { of: 'evaluation', run: id, row };
    const events = readEvents(folder, id);
    for (let from = 0; from < events.length; from += eventBatch) {
      yield { of: 'events', run: id, rows: events.slice(from, from + eventBatch) };
    }
    for (const row of readCheckpoints(folder, run, manifest)) yield { of: 'checkpoint', row };
  }
  for (const study of studies) {
    const { row, keys } = study;
    yield { of: 'study', row };
    const run = runs.find((other) => other.run.id === row.run)!;
    for (const [index, key] of keys.entries()) {
      yield { of: 'part', study: row.id, key, message: readPart(folder, study, index, run) };
    }
  }
}

function progressTo(say: Say): (phase: string, done: number, total: number) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async (phase, done, total) => {
    const now = performance.now();
    if (now - last < often) return;
    last = now;
    await say({ type: 'progress', phase, done, total });
  };
}
