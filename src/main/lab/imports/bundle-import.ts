// Takes a bundle in: all of it or nothing. Runs keep their ids where nothing here has them; what is here already, by the time
// it was made and by what it is, stays as it is.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bundlePaths } from '../../../shared/bundle.ts';
import type { BundleImport, BundlePreview } from '../../../shared/imports.ts';
import type { CorpusRow, RunRow, Store, StudyRow } from '../../store/index.ts';
import { toText } from '../../store/plain-text.ts';
import { corpusFolder, unfinishedFolder } from '../corpora.ts';
import type { Emit } from '../events.ts';
import { checkpointsOf } from '../studies/checkpoints.ts';
import { studyHash } from '../studies/study-hash.ts';
import { plain } from '../text.ts';
import { type OpenBundle, openBundle } from './bundle-archive.ts';
import { type BundleRows, type BundleRunRows, readRows } from './bundle-rows.ts';
import { readSteps } from './bundle-steps.ts';

export interface BundleContext {
  store: Store;
  emit: Emit;
}

/** @throws LabError 'request' for what is no bundle */
export async function lookAtBundle(path: string): Promise<BundlePreview> {
  const bundle = await openBundle(path);
  bundle.close();
  const { manifest, bytes } = bundle;
  const { title, made, lab, runs, experiments, studies } = manifest;
  return {
    ...{ kind: 'bundle', path, title, made, lab, bytes, runs: runs.length },
    experiments: experiments.length,
    studies: studies.length,
    checkpoints: runs.reduce((sum, { checkpoints }) => sum + checkpoints.length, 0),
  };
}

/** @throws LabError 'request' naming what in it does not hold; then nothing was changed */
export async function importBundle(
  path: string,
  { store, emit }: BundleContext,
  signal?: AbortSignal,
): Promise<BundleImport> {
  const bundle = await openBundle(path);
  const folder = unfinishedFolder(store.paths, randomUUID());
  try {
    mkdirSync(folder);
    await bundle.unpack(folder, signal);
    const rows = readRows(folder, bundle.manifest);
    const { imported, corpora } = takeIn(rows, { store, folder, bundle, path });
    for (const corpus of corpora) emit({ type: 'corpus', corpus });
    for (const id of imported.experiments) emit({ type: 'experiment', experiment: store.experiments.get(id) });
    for (const id of imported.runs) emit({ type: 'run', run: store.runs.get(id) });
    for (const id of imported.studies) emit({ type: 'study', study: store.studies.get(id) });
    return imported;
  } finally {
    bundle.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  store: Store;
  folder: string;
  bundle: OpenBundle;
  path: string;
}

/** One transaction; the checkpoints' folders move in at its end, and out again should it fail. */
function takeIn(rows: BundleRows, place: Place): { imported: BundleImport; corpora: CorpusRow[] } {
  const moved: string[] = [];
  try {
    return place.store.transaction(() => new Taking(place, moved).take(rows));
  } catch (error) {
    for (const folder of moved) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

class Taking {
  readonly #place: Place;
  readonly #moved: string[];
  readonly #experiments = new Map<string, string>();
  readonly #runs = new Map<string, string>();
  readonly #imported: BundleImport;

  constructor(place: Place, moved: string[]) {
    this.#place = place;
    this.#moved = moved;
    const { title } = place.bundle.manifest;
    const none = { experiments: [], runs: [], studies: [], known: [], mapped: [], corporaWithoutText: [] };
    this.#imported = { title, ...none };
  }

  take(rows: BundleRows): { imported: BundleImport; corpora: CorpusRow[] } {
    const corpora = rows.corpora.flatMap((corpus) => this.#corpus(corpus));
    const fresh = rows.runs.filter((run) => !this.#knownRun(run.run));
    for (const { run } of fresh) this.#run(run, rows);
    this.#segments(fresh);
    for (const { row, parts } of rows.studies) this.#study(row, parts);
    return { imported: this.#imported, corpora };
  }

  #corpus(corpus: BundleRows['corpora'][number]): CorpusRow[] {
    const { store } = this.#place;
    const all = store.corpora.list().map(({ description }) => description);
    const folder = corpusFolder(store.paths, corpus.hash);
    if (!existsSync(folder)) this.#imported.corporaWithoutText.push(corpus.name);
    if (all.some(({ hash }) => hash === corpus.hash)) return [];
    // A name stays with the text that it has here.
    const name = all.some((other) => other.name === corpus.name) ? `${corpus.name} (imported)` : corpus.name;
    return [store.corpora.add({ ...corpus, name, folder }, [])];
  }

  /** The same run, whatever it is called by now. One that was removed comes back. */
  #knownRun(run: BundleRunRows['run']): boolean {
    const { store } = this.#place;
    const print = fingerprint(run);
    const before = store.foreign.find('run', print);
    const here = before
      ? store.runs.get(before)
      : store.runs
          .list({ removed: true })
          .find((other) => other.created === run.created && fingerprint(other) === print);
    if (!here) return false;
    this.#runs.set(run.id, here.id);
    this.#experiments.set(run.experiment, here.experiment);
    this.#imported.known.push(here.id);
    if (here.removed !== null) store.runs.setRemoved(here.id, false);
    store.experiments.setRemoved(here.experiment, false);
    return true;
  }

  #experiment(id: string, rows: BundleRows): string {
    const { store, path } = this.#place;
    const taken = this.#experiments.get(id);
    if (taken !== undefined) return taken;
    const row = rows.experiments.find((other) => other.id === id)!;
    const print = hash([row.id, row.created]);
    const before = store.foreign.find('experiment', print);
    const same = store.experiments
      .list({ removed: true })
      .find((other) => other.id === id && other.created === row.created);
    const own = before ?? same?.id ?? store.foreign.experiment(row);
    this.#experiments.set(id, own);
    if (before || same) store.experiments.setRemoved(own, false);
    else {
      store.foreign.record('experiment', own, { fingerprint: print, bundle: basename(path) });
      this.#imported.experiments.push(own);
      this.#mapped(id, own);
    }
    return own;
  }

  #run(run: BundleRunRows['run'], rows: BundleRows): void {
    const { store, path, bundle } = this.#place;
    const ended = run.status === 'completed' || run.status === 'failed' || run.status === 'stopped';
    const from = `Imported from ${plain(basename(path))}, made ${bundle.manifest.made.slice(0, 10)} by lab ${plain(bundle.manifest.lab, 40)}.`;
    const id = store.foreign.run({
      ...run,
      experiment: this.#experiment(run.experiment, rows),
      parent: run.parent && { run: this.#runs.get(run.parent.run)!, step: run.parent.step },
      status: ended ? run.status : 'stopped',
      message: run.message && ended ? `${run.message} ${from}` : from,
    });
    store.foreign.record('run', id, { fingerprint: fingerprint(run), bundle: basename(path) });
    this.#runs.set(run.id, id);
    this.#imported.runs.push(id);
    this.#mapped(run.id, id);
  }

  /** In the order in which they were begun there, all runs together: a fork sees what its parent was then. */
  #segments(fresh: readonly BundleRunRows[]): void {
    const { store, folder } = this.#place;
    const ids = new Map<number, number>();
    const all = fresh.flatMap(({ segments }) => segments).sort((a, b) => a.id - b.id);
    for (const segment of all) {
      const { id, run, parent, ended, outcome, endStep, lastStep, fromStep } = segment;
      const own = store.foreign.segment({
        ...segment,
        run: this.#runs.get(run)!,
        parent: parent && { run: this.#runs.get(parent.run)!, step: parent.step },
        ended: ended ?? new Date().toISOString(),
        outcome: outcome ?? 'interrupted',
        endStep: endStep ?? lastStep ?? fromStep,
      });
      ids.set(id, own);
      for (const steps of readSteps(folder, bundlePaths.segment(run, id))) store.foreign.steps(own, steps);
    }
    for (const { run, evaluations, events, checkpoints } of fresh) {
      const id = this.#runs.get(run.id)!;
      for (const row of evaluations) store.foreign.evaluation({ ...row, segment: ids.get(row.segment)! });
      for (const row of events) store.foreign.event({ ...row, run: id });
      store.events.add(id, {
        step: null,
        kind: 'imported',
        message: store.runs.get(id).message ?? '',
        data: { id: run.id },
      });
      for (const row of checkpoints) {
        const to = join(store.paths.checkpoints, id, row.folder);
        this.#move(join(folder, 'runs', run.id, 'checkpoints', row.folder), to);
        store.foreign.checkpoint({ ...row, run: id, segment: ids.get(row.segment)!, folder: to });
      }
    }
  }

  /** What lies in the way belongs to no run: its id was free. */
  #move(from: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { recursive: true, force: true });
    this.#moved.push(to);
    renameSync(from, to);
  }

  #study(row: BundleRows['studies'][number]['row'], parts: BundleRows['studies'][number]['parts']): void {
    const { store, path } = this.#place;
    const run = this.#runs.get(row.run)!;
    const request = { ...row.request, run };
    const own = hashOf(store, { ...row, run, request });
    if (store.studies.find(own) || store.studies.find(row.hash)?.run === run) return;
    const ended = row.status === 'completed' || row.status === 'failed';
    const status = ended ? row.status : 'stopped';
    const id = store.foreign.study({ ...row, run, request, hash: own, status });
    for (const part of parts) store.studies.appendPart(id, part);
    store.foreign.record('study', id, { fingerprint: own, bundle: basename(path) });
    this.#imported.studies.push(id);
    this.#mapped(row.id, id);
  }

  #mapped(from: string, to: string): void {
    if (from !== to) this.#imported.mapped.push({ from, to });
  }
}

const hash = (value: unknown): string => createHash('sha256').update(toText(value)).digest('hex');

/** What stays of a run for good. */
const fingerprint = ({
  created,
  configuration,
  corpusHash,
}: Pick<RunRow, 'created' | 'configuration' | 'corpusHash'>) => hash([created, configuration, corpusHash]);

/** As the same question would have it here, so that it finds its answer; without the checkpoints a hash that no question has. */
function hashOf(store: Store, { run, request, hash: there }: Pick<StudyRow, 'run' | 'request' | 'hash'>): string {
  const steps = 'steps' in request ? request.steps : [request.step];
  const checkpoints = checkpointsOf(store, store.runs.get(run)).filter(({ step }) => steps.includes(step));
  return checkpoints.length === steps.length ? studyHash(request, checkpoints) : hash([there, run]);
}
