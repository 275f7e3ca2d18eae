// Corpora of the store: each in a folder named by the hash of its content, prepared by a worker.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../shared/config/nearest.ts';
import { LabError } from '../../shared/errors.ts';
import type { CorpusDescription, CorpusSource, TokenizerName } from '../../shared/worker-messages.ts';
import { type Job, type JobLimits, type LaunchWorker, startJob } from '../compute/index.ts';
import type { CorpusRow, HomePaths, ReadOnlyStore, Store } from '../store/index.ts';
import type { Emit } from './events.ts';

export interface NewCorpus {
  name: string;
  sources: CorpusSource[];
  tokenizer: TokenizerName;
  /** Share of the documents that is kept for validation; a twentieth when left out. */
  validationShare?: number;
}

export interface AddedCorpus {
  corpus: CorpusRow;
  /** The same text prepared the same way was there already; nothing was kept twice. */
  known: boolean;
}

const unfinished = '.adding-';

/** The folder of a corpus, wherever the home now lies. */
export const corpusFolder = (paths: Pick<HomePaths, 'corpora'>, hash: string): string => join(paths.corpora, hash);

/** @throws LabError 'corpus' naming the corpora there are */
export function findCorpus(store: Pick<ReadOnlyStore, 'corpora'>, nameOrHash: string): CorpusRow {
  const corpora = store.corpora.list();
  const [hashed, ...others] = corpora.filter(({ description }) => description.hash.startsWith(nameOrHash));
  const named = corpora.findLast(({ description }) => description.name === nameOrHash);
  if (named) return named;
  if (hashed && others.length === 0 && nameOrHash.length >= 6) return hashed;
  const names = corpora.map(({ description }) => description.name);
  const meant = nearest(nameOrHash, names);
  throw new LabError('corpus', `There is no corpus called ${JSON.stringify(nameOrHash.slice(0, 100))}.`, {
    field: 'corpus',
    value: nameOrHash.slice(0, 100),
    remedy: meant
      ? `Did you mean ${JSON.stringify(meant)}?`
      : 'Add it first: simbal corpus add FOLDER --name NAME; simbal corpus list shows those there are.',
  });
}

/** Removes what an addition that was killed has left. Only while no other lab has this home open. */
export function removeUnfinished({ corpora }: HomePaths): void {
  for (const name of readdirSync(corpora)) {
    if (name.startsWith(unfinished)) rmSync(join(corpora, name), { recursive: true, force: true });
  }
}

export interface CorpusContext {
  store: Store;
  launch: LaunchWorker;
  emit: Emit;
  limits?: JobLimits;
  /** Told of the job, so that the lab can stop it when it closes. */
  track(job: Job): void;
}

/** @throws LabError 'corpus' for sources that hold no text, a name that is empty, a full disk */
export async function addCorpus(
  corpus: NewCorpus,
  { store, emit, track, ...options }: CorpusContext,
): Promise<AddedCorpus> {
  const { name, sources, tokenizer, validationShare = 0.05 } = corpus;
  const folder = join(store.paths.corpora, `${unfinished}${randomUUID()}`);
  try {
    const job = startJob({
      ...options,
      command: { type: 'corpus', job: { name, sources, tokenizer, validationShare, folder } },
      onEvent(event) {
        if (event.type !== 'progress') return;
        emit({ type: 'corpus-progress', name, phase: event.phase, done: event.done, total: event.total });
      },
    });
    track(job);
    const description = await prepared(job, name);
    const known = existsSync(corpusFolder(store.paths, description.hash));
    const final = corpusFolder(store.paths, description.hash);
    if (!known) renameSync(folder, final);
    const row = store.corpora.add({ ...description, folder: final }, sources);
    emit({ type: 'corpus', corpus: row });
    return { corpus: row, known };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepared(job: Job, name: string): Promise<CorpusDescription> {
  const end = await job.ended;
  if (end.kind === 'done' && end.event.type === 'corpus') return end.event.corpus;
  if (end.kind === 'done' && end.event.type === 'failed') throw LabError.fromJSON(end.event.error);
  if (end.kind === 'refused') throw end.error;
  const reason = end.kind === 'crashed' ? end.reason : 'was stopped';
  throw new LabError('worker', `The worker that prepared "${name}" ${reason}; nothing of it is kept.`, {
    remedy: 'Add the corpus again.',
  });
}
