// Corpora of the store: each in a folder named by the hash of its content, prepared by a worker.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { nearest } from '../../shared/config/nearest.ts';
import { LabError } from '../../shared/errors.ts';
import type { AddedCorpus } from '../../shared/records.ts';
import type { CorpusDescription, CorpusSource, TokenizerName } from '../../shared/worker-messages.ts';
import { type Job, type JobLimits, type LaunchWorker, startJob } from '../compute/index.ts';
import type { CorpusRow, HomePaths, ReadOnlyStore, Store } from '../store/index.ts';
import { synchroniseFolder } from '../synchronise-folder.ts';
import type { Emit } from './events.ts';

export interface NewCorpus {
  name: string;
  sources: CorpusSource[];
  tokenizer: TokenizerName;
  /** Share of the documents that is kept for validation; a twentieth when left out. */
  validationShare?: number;
}

const unfinished = '.adding-';
/** The end of the name of a folder that another one is about to replace. */
const aside = '.replaced';

/** The folder of a corpus, wherever the home now lies. */
export const corpusFolder = (paths: Pick<HomePaths, 'corpora'>, hash: string): string => join(paths.corpora, hash);

/** @throws LabError 'corpus' naming the corpora there are */
export function findCorpus(store: Pick<ReadOnlyStore, 'corpora'>, nameOrHash: string): CorpusRow {
  const corpora = store.corpora.list();
  // The same text under several names is one corpus.
  const [hashed, ...others] = new Map(
    corpora
      .filter(({ description }) => description.hash.startsWith(nameOrHash))
      .map((corpus) => [corpus.description.hash, corpus]),
  ).values();
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

/** Where something is made before it is moved into the home; removed with the next lab, should this one be killed. */
export const unfinishedFolder = ({ corpora }: Pick<HomePaths, 'corpora'>, name: string): string =>
  join(corpora, `${unfinished}${name}`);

/** Also the name under which a worker that prepares a corpus fills its folder: a dot more, and what tells its process. */
const isUnfinished = (name: string): boolean => name.startsWith(unfinished) || name.startsWith(`.${unfinished}`);

/** Removes what an addition that was killed has left. Only while no other lab has this home open. */
export function removeUnfinished({ corpora }: HomePaths): void {
  for (const name of readdirSync(corpora)) {
    const folder = join(corpora, name);
    if (name.endsWith(aside) && !existsSync(folder.slice(0, -aside.length))) {
      renameSync(folder, folder.slice(0, -aside.length));
    } else if (isUnfinished(name) || name.endsWith(aside)) rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts a folder that is whole in the place of one that may be there and is not; that one is kept until it has been done. */
function replaceFolder(folder: string, final: string): void {
  const before = `${final}${aside}`;
  const stood = existsSync(final);
  if (stood) renameSync(final, before);
  try {
    renameSync(folder, final);
  } catch (thrown) {
    if (stood) renameSync(before, final);
    throw thrown;
  }
  // The store is about to say that it is there.
  synchroniseFolder(dirname(final));
  rmSync(before, { recursive: true, force: true });
}

const descriptionFile = 'corpus.json';

/** The description without what two preparations of the same content may call or count otherwise. */
function contentOf(folder: string): unknown {
  const {
    name: _,
    skipped: __,
    documents: ___,
    ...content
  } = JSON.parse(readFileSync(join(folder, descriptionFile), 'utf8')) as Record<string, unknown>;
  return content;
}

/** Whether a folder that may be there holds what the freshly prepared one does: the same hash means the same bytes. */
async function sameContent(fresh: string, there: string): Promise<boolean> {
  try {
    if (!isDeepStrictEqual(contentOf(there), contentOf(fresh))) return false;
    for (const name of readdirSync(fresh)) {
      if (name !== descriptionFile && !(await sameBytes(join(fresh, name), join(there, name)))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

async function sameBytes(file: string, other: string): Promise<boolean> {
  if (statSync(file).size !== statSync(other).size) return false;
  const [a, b] = await Promise.all([file, other].map(sha256));
  return a === b;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
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
  const folder = unfinishedFolder(store.paths, randomUUID());
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
    const final = corpusFolder(store.paths, description.hash);
    const known = await sameContent(folder, final);
    if (!known) replaceFolder(folder, final);
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
