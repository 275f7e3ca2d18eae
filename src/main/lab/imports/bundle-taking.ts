// The pieces of one bundle as rows of this lab. Runs keep their ids where nothing here has them; what is here already, by the time it
// was made and by what it is, stays as it is.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BundlePiece } from '../../../shared/bundle-pieces.ts';
import type { BundleImport } from '../../../shared/imports.ts';
import type { CorpusRow, OriginKind, RunRow, Store, StudyRow } from '../../store/index.ts';
import { toText } from '../../store/plain-text.ts';
import { corpusFolder } from '../corpora.ts';
import { checkpointsOf } from '../studies/checkpoints.ts';
import { studyHash } from '../studies/study-hash.ts';
import { plain } from '../text.ts';

interface Place {
  /** Where the bundle is unpacked. */
  folder: string;
  path: string;
}

type Row<Of extends BundlePiece['of']> = Extract<BundlePiece, { of: Of; row: unknown }>['row'];

interface Origin {
  kind: OriginKind;
  id: string;
  fingerprint: string;
}

export class Taking {
  readonly #store: Store;
  readonly #place: Place;
  #from = '';
  #title = '';
  readonly #corpora: Row<'corpus'>[] = [];
  readonly #experiments = new Map<string, Row<'experiment'>>();
  /** Ids here, by those in the bundle. */
  readonly #ownExperiments = new Map<string, string>();
  readonly #runs = new Map<string, string>();
  readonly #segments = new Map<number, number>();
  readonly #studies = new Map<string, { id: string; row: Row<'study'> }>();
  /** By their ids here. */
  readonly #known = new Set<string>();
  /** Experiments that were here, to be seen again. */
  readonly #restored = new Set<string>();
  readonly #fresh = new Map<string, string>();
  readonly #mapped: { from: string; to: string }[] = [];
  readonly #origins: Origin[] = [];

  constructor(store: Store, place: Place) {
    this.#store = store;
    this.#place = place;
  }

  /** Stores one piece, unseen. Of a run that is here already nothing is stored but new studies. */
  readonly take = (piece: BundlePiece): void => {
    const { foreign } = this.#store;
    switch (piece.of) {
      case 'bundle': {
        this.#title = piece.title;
        const name = plain(basename(this.#place.path));
        this.#from = `Imported from ${name}, made ${piece.made.slice(0, 10)} by lab ${plain(piece.lab, 40)}.`;
        return;
      }
      case 'corpus':
        this.#corpora.push(piece.row);
        return;
      case 'experiment':
        this.#experiments.set(piece.row.id, piece.row);
        return;
      case 'run':
        if (!this.#isKnown(piece.row)) this.#run(piece.row);
        return;
      case 'segment':
        if (this.#isFresh(piece.row.run)) this.#segment(piece.row);
        return;
      case 'steps':
        if (this.#isFresh(piece.run)) foreign.steps(this.#segments.get(piece.segment)!, piece.steps);
        return;
      case 'evaluation':
        if (this.#isFresh(piece.run)) {
          foreign.evaluation({ ...piece.row, segment: this.#segments.get(piece.row.segment)! });
        }
        return;
      case 'events':
        if (this.#isFresh(piece.run)) {
          const run = this.#runs.get(piece.run)!;
          this.#store.transaction(() => {
            for (const row of piece.rows) foreign.event({ ...row, run });
          });
        }
        return;
      case 'checkpoint':
        if (this.#isFresh(piece.row.run)) this.#checkpoint(piece.row);
        return;
      case 'study':
        this.#study(piece.row);
        return;
      case 'part': {
        const study = this.#studies.get(piece.study);
        if (study) foreign.part(study.id, piece.key, piece.message);
      }
    }
  };

  /** In one transaction. @returns what is seen now */
  show(): { imported: BundleImport; corpora: CorpusRow[] } {
    return this.#store.transaction(() => {
      const { foreign, experiments, runs, events } = this.#store;
      const without: string[] = [];
      const corpora = this.#corpora.flatMap((corpus) => this.#corpus(corpus, without));
      const own = [...this.#origins];
      for (const { id, row } of this.#studies.values()) {
        const request = { ...row.request, run: this.#runs.get(row.run)! };
        const hash = hashOf(this.#store, { hash: row.hash, run: request.run, request });
        if (foreign.showStudy(id, hash)) own.push({ kind: 'study', id, fingerprint: hash });
      }
      const bundle = basename(this.#place.path);
      for (const { kind, id, fingerprint } of own) {
        foreign.record(kind, id, { fingerprint, bundle });
        if (kind !== 'study') foreign.show(kind, id);
      }
      for (const [from, id] of this.#fresh) {
        events.add(id, { step: null, kind: 'imported', message: runs.get(id).message ?? '', data: { id: from } });
      }
      // One that was removed comes back.
      for (const id of this.#known) {
        runs.setRemoved(id, false);
        this.#restored.add(runs.get(id).experiment);
      }
      for (const id of this.#restored) experiments.setRemoved(id, false);
      const ids = (kind: OriginKind) => own.filter((origin) => origin.kind === kind).map(({ id }) => id);
      const shown = new Set(own.map(({ id }) => id));
      const imported: BundleImport = {
        title: this.#title,
        ...{ experiments: ids('experiment'), runs: ids('run'), studies: ids('study') },
        known: [...this.#known],
        mapped: this.#mapped.filter(({ to }) => shown.has(to)),
        corporaWithoutText: without,
      };
      return { imported, corpora };
    });
  }

  #isFresh(run: string): boolean {
    return this.#fresh.has(run);
  }

  #corpus(corpus: Row<'corpus'>, without: string[]): CorpusRow[] {
    const { corpora, paths } = this.#store;
    const all = corpora.list().map(({ description }) => description);
    const folder = corpusFolder(paths, corpus.hash);
    if (!existsSync(folder)) without.push(corpus.name);
    if (all.some(({ hash }) => hash === corpus.hash)) return [];
    // A name stays with the text that it has here.
    const name = all.some((other) => other.name === corpus.name) ? `${corpus.name} (imported)` : corpus.name;
    return [corpora.add({ ...corpus, name, folder }, [])];
  }

  /** The same run, whatever it is called by now. */
  #isKnown(run: Row<'run'>): boolean {
    const { runs, foreign } = this.#store;
    const print = fingerprint(run);
    const before = foreign.find('run', print);
    const here = (before ? [before] : foreign.madeAt('run', run.created))
      .map((id) => runs.get(id))
      .find((other) => before !== null || fingerprint(other) === print);
    if (!here) return false;
    this.#runs.set(run.id, here.id);
    this.#ownExperiments.set(run.experiment, here.experiment);
    this.#known.add(here.id);
    return true;
  }

  #experiment(id: string): string {
    const { foreign } = this.#store;
    const taken = this.#ownExperiments.get(id);
    if (taken !== undefined) return taken;
    const row = this.#experiments.get(id)!;
    const print = hash([row.id, row.created]);
    const before = foreign.find('experiment', print);
    const here = before ?? foreign.madeAt('experiment', row.created).find((other) => other === id);
    const own = here ?? foreign.experiment(row);
    this.#ownExperiments.set(id, own);
    if (here === undefined) this.#made({ kind: 'experiment', id: own, fingerprint: print }, id);
    else this.#restored.add(own);
    return own;
  }

  #run(run: Row<'run'>): void {
    const ended = run.status === 'completed' || run.status === 'failed' || run.status === 'stopped';
    const id = this.#store.foreign.run({
      ...run,
      experiment: this.#experiment(run.experiment),
      parent: run.parent && { run: this.#runs.get(run.parent.run)!, step: run.parent.step },
      status: ended ? run.status : 'stopped',
      message: run.message && ended ? `${run.message} ${this.#from}` : this.#from,
    });
    this.#runs.set(run.id, id);
    this.#fresh.set(run.id, id);
    this.#made({ kind: 'run', id, fingerprint: fingerprint(run) }, run.id);
  }

  /** All runs together, in the order in which they were begun there: a fork sees what its parent was then. */
  #segment({ id, run, parent, ended, outcome, endStep, lastStep, ...segment }: Row<'segment'>): void {
    const own = this.#store.foreign.segment({
      ...segment,
      run: this.#runs.get(run)!,
      parent: parent && { run: this.#runs.get(parent.run)!, step: parent.step },
      ended: ended ?? new Date().toISOString(),
      outcome: outcome ?? 'interrupted',
      endStep: endStep ?? lastStep ?? segment.fromStep,
    });
    this.#segments.set(id, own);
  }

  /** What lies in the way belongs to no run: its id was free. */
  #checkpoint(row: Row<'checkpoint'>): void {
    const { foreign, paths } = this.#store;
    const run = this.#runs.get(row.run)!;
    const to = join(paths.checkpoints, run, row.folder);
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { recursive: true, force: true });
    renameSync(join(this.#place.folder, 'runs', row.run, 'checkpoints', row.folder), to);
    foreign.checkpoint({ ...row, run, segment: this.#segments.get(row.segment)!, folder: to });
  }

  #study(row: Row<'study'>): void {
    const { studies, foreign } = this.#store;
    const run = this.#runs.get(row.run)!;
    const request = { ...row.request, run };
    const answer = hashOf(this.#store, { hash: row.hash, run, request });
    if (studies.find(answer) || studies.find(row.hash)?.run === run) return;
    const ended = row.status === 'completed' || row.status === 'failed';
    const id = foreign.study({ ...row, run, request, status: ended ? row.status : 'stopped' });
    this.#studies.set(row.id, { id, row });
    if (row.id !== id) this.#mapped.push({ from: row.id, to: id });
  }

  #made(origin: Origin, from: string): void {
    this.#origins.push(origin);
    if (from !== origin.id) this.#mapped.push({ from, to: origin.id });
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
