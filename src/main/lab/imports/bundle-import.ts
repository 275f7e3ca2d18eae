// Takes a bundle in: all of it or nothing. A process of its own reads and checks it; what it tells is stored piece by piece, unseen,
// so that neither a page nor a run waits, and is seen at once when all of it is there. What was not all there is taken away
// again, by the next lab where this one was killed.
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../shared/errors.ts';
import type { BundleImport, BundlePreview } from '../../../shared/imports.ts';
import { type Job, type JobLimits, type LaunchWorker, startJob } from '../../compute/index.ts';
import type { Store } from '../../store/index.ts';
import { unfinishedFolder } from '../corpora.ts';
import type { Emit } from '../events.ts';
import { outcomeOf } from '../inspections/job-outcome.ts';
import { takeAway } from '../inspections/temporary-folder.ts';
import { Taking } from './bundle-taking.ts';

export interface BundleContext {
  store: Store;
  launchReader: LaunchWorker;
  emit: Emit;
  limits?: JobLimits;
  /** Told of the job, so that it can be stopped. */
  track(job: Job): void;
}

const doing = 'The process that read the bundle';

/** @throws LabError 'request' for what is no bundle */
export async function lookAtBundle(path: string, context: BundleContext): Promise<BundlePreview> {
  const job = reading(path, null, context, () => {});
  return (await outcomeOf(job, 'bundle-preview', doing)).preview;
}

/** @throws LabError 'request' naming what in it does not hold; then nothing was changed */
export async function importBundle(path: string, context: BundleContext, signal?: AbortSignal): Promise<BundleImport> {
  const { store, emit } = context;
  const folder = unfinishedFolder(store.paths, randomUUID());
  const taking = new Taking(store, { folder, path });
  try {
    mkdirSync(folder);
    const job = reading(path, folder, context, (piece) => taking.take(piece));
    await outcomeOf(job, 'bundle-read', doing, signal);
    const { imported, corpora } = taking.show();
    for (const corpus of corpora) emit({ type: 'corpus', corpus });
    for (const id of imported.experiments) emit({ type: 'experiment', experiment: store.experiments.get(id) });
    for (const id of imported.runs) emit({ type: 'run', run: store.runs.get(id) });
    for (const id of imported.studies) emit({ type: 'study', study: store.studies.get(id) });
    return imported;
  } finally {
    takeAway(folder);
  }
}

function reading(
  path: string,
  folder: string | null,
  { launchReader, emit, limits, track }: BundleContext,
  take: Taking['take'],
): Job {
  const job = startJob({
    launch: launchReader,
    command: { type: 'bundle', job: { path, folder } },
    ...(limits && { limits }),
    onEvent(event) {
      if (event.type === 'progress') {
        emit({ type: 'import-progress', phase: event.phase, done: event.done, total: event.total });
      } else if (event.type === 'bundle-piece') take(event.piece);
    },
  });
  track(job);
  return job;
}

/** Rows that are taken away at once: some milliseconds of the lab's time. */
const mostDiscarded = 2000;

/** Takes away what is unseen, folders and rows. It ends early when it is told to; what is left then is taken away another time. */
export async function discardUnseen(store: Store, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  for (const run of store.foreign.unseenRuns()) {
    rmSync(join(store.paths.checkpoints, run), { recursive: true, force: true });
  }
  while (!signal.aborted && store.foreign.discard(mostDiscarded)) await setImmediate();
}

/** What a person reads who asks for a second bundle while the first comes in. */
export const another = () =>
  new LabError('request', 'Another bundle is being taken in.', { remedy: 'Cancel it, or wait until it is done.' });
