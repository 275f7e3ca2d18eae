// Everything the lab knows that lists show: experiments, runs, corpora, settings, kept up to date by its events. Steps come
// many times a second and are taken in together, once a frame.
import { SvelteMap } from 'svelte/reactivity';
import type { About, ApiEvent, CorpusRow, ExperimentRow, RunSummary, Settings } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import { waitingKind } from '../../shared/waiting.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import type { ConnectionState, LabConnection } from '../lab.ts';
import { RunEntry } from './run-entry.svelte.ts';

export type Loading = { state: 'loading' } | { state: 'ready' } | { state: 'failed'; error: LabError };

export class Runs {
  readonly lab: LabConnection;
  #loading = $state.raw<Loading>({ state: 'loading' });
  #connection = $state.raw<ConnectionState>('there');
  #lostAt = $state.raw<Date | null>(null);
  #reconnections = $state(0);
  #about = $state.raw<About | null>(null);
  #settings = $state.raw<Settings | null>(null);
  #engines = $state.raw<EngineReport[] | null>(null);
  #experiments = $state.raw<readonly ExperimentRow[]>([]);
  #corpora = $state.raw<readonly CorpusRow[]>([]);
  #corpusProgress = $state.raw<{ name: string; phase: string; done: number; total: number } | null>(null);
  #entries = new SvelteMap<string, RunEntry>();
  #waiting: ApiEvent[] = [];
  #frame: ReturnType<typeof setTimeout> | null = null;
  /** Under way; and which was begun last. */
  #loads = 0;
  #newestLoad = 0;
  #listeners = new Set<(event: ApiEvent) => void>();

  constructor(lab: LabConnection) {
    this.lab = lab;
    lab.watch((event) => this.#take(event));
    lab.watchConnection((state) => {
      const before = this.#connection;
      // An attempt that fails is lost at first, whoever refuses it.
      this.#connection = before === 'refused' && state === 'lost' ? before : state;
      if (state !== 'there') {
        this.#lostAt ??= new Date();
        return;
      }
      this.#lostAt = null;
      if (before === 'there') return;
      this.#reconnections += 1;
      void this.load();
    });
  }

  get loading(): Loading {
    return this.#loading;
  }
  get connection(): ConnectionState {
    return this.#connection;
  }
  /** When it was lost; null while it is there. */
  get lostAt(): Date | null {
    return this.#lostAt;
  }
  /** How often the lab was lost and found: what happened meanwhile was not told, and is to be asked for anew. */
  get reconnections(): number {
    return this.#reconnections;
  }
  get about(): About | null {
    return this.#about;
  }
  get settings(): Settings | null {
    return this.#settings;
  }
  get engines(): EngineReport[] | null {
    return this.#engines;
  }
  set engines(engines: EngineReport[] | null) {
    this.#engines = engines;
  }
  get corpora(): readonly CorpusRow[] {
    return this.#corpora;
  }
  get corpusProgress() {
    return this.#corpusProgress;
  }
  get experiments(): readonly ExperimentRow[] {
    return this.#experiments;
  }
  get all(): RunEntry[] {
    return [...this.#entries.values()];
  }
  get running(): RunEntry[] {
    return this.all.filter((run) => run.busy);
  }
  /** In the order in which they will be carried out. */
  get queue(): RunEntry[] {
    return this.all
      .filter(({ summary }) => summary.status === 'queued' && summary.queuePosition !== null)
      .sort((a, b) => a.summary.queuePosition! - b.summary.queuePosition!);
  }

  run(id: string): RunEntry | undefined {
    return this.#entries.get(id);
  }
  experiment(id: string): ExperimentRow | undefined {
    return this.#experiments.find((experiment) => experiment.id === id);
  }

  /** Events as they come, steps of one frame together; until the answer is called. */
  listen(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async load(): Promise<void> {
    const { api } = this.lab;
    this.#loads += 1;
    const mine = ++this.#newestLoad;
    try {
      const [about, settings, experiments, runs, corpora, engines] = await Promise.all([
        api.about.get({}),
        api.settings.get({}),
        api.experiments.list({}),
        api.runs.list({}),
        api.corpora.list({}),
        api.engines.list({}),
      ]);
      if (mine !== this.#newestLoad) return;
      this.#about = about;
      this.#settings = settings;
      this.#experiments = experiments.filter(({ removed }) => removed === null);
      this.#corpora = corpora;
      this.#engines = engines;
      const ids = new Set(runs.map(({ id }) => id));
      for (const id of [...this.#entries.keys()]) if (!ids.has(id)) this.#entries.delete(id);
      for (const run of runs) this.put(run);
      this.#loading = { state: 'ready' };
    } catch (thrown) {
      if (mine === this.#newestLoad) this.#loading = { state: 'failed', error: LabError.from(thrown) };
    } finally {
      this.#loads -= 1;
      if (this.#waiting.length > 0) this.#flushSoon();
    }
  }

  put(summary: RunSummary): void {
    if (summary.removed !== null) {
      this.#entries.delete(summary.id);
      return;
    }
    const entry = this.#entries.get(summary.id);
    if (entry) entry.replace(summary);
    else this.#entries.set(summary.id, new RunEntry(summary));
  }

  #take(event: ApiEvent): void {
    this.#waiting.push(event);
    this.#flushSoon();
  }

  #flushSoon(): void {
    this.#frame ??= setTimeout(() => this.#flush(), 60);
  }

  #flush(): void {
    this.#frame = null;
    // The answer that is on its way may be older than what was told since: that is taken in after it.
    if (this.#loads > 0) return;
    const events = joined(this.#waiting);
    this.#waiting = [];
    for (const event of events) {
      this.#apply(event);
      for (const listener of this.#listeners) listener(event);
    }
  }

  #apply(event: ApiEvent): void {
    switch (event.type) {
      case 'experiment':
        this.#experiments = withRow(this.#experiments, event.experiment);
        break;
      case 'run': {
        const entry = this.#entries.get(event.run.id);
        if (event.run.removed !== null) this.#entries.delete(event.run.id);
        else if (entry) entry.update(event.run);
        else void this.#fetch(event.run.id);
        break;
      }
      case 'steps':
        this.#entries.get(event.run)?.addSteps(event.steps);
        break;
      case 'evaluation':
        this.#entries.get(event.run)?.addEvaluation(event.evaluation);
        break;
      case 'checkpoint':
        this.#entries.get(event.run)?.addCheckpoint(event.checkpoint.step);
        break;
      case 'note':
        if (event.kind === waitingKind) this.#entries.get(event.run)?.wait(event.message);
        break;
      case 'progress':
        this.#entries.get(event.run)?.setProgress(event.phase, event.done, event.total);
        break;
      case 'corpus-progress':
        this.#corpusProgress = event;
        break;
      case 'corpus':
        this.#corpusProgress = null;
        this.#corpora = [
          ...this.#corpora.filter(
            ({ description: { hash, name } }) =>
              hash !== event.corpus.description.hash || name !== event.corpus.description.name,
          ),
          event.corpus,
        ];
        break;
      case 'settings':
        this.#settings = event.settings;
        break;
    }
  }

  async #fetch(id: string): Promise<void> {
    try {
      this.put(await this.lab.api.runs.get({ run: id }));
    } catch {
      // It was removed again meanwhile; its own event says so.
    }
  }
}

/** Steps of one run that follow each other as one event: as much work for the page as one step. */
export function joined(events: readonly ApiEvent[]): ApiEvent[] {
  const result: ApiEvent[] = [];
  const open = new Map<string, Extract<ApiEvent, { type: 'steps' }>>();
  for (const event of events) {
    if (event.type === 'steps') {
      const before = open.get(event.run);
      if (before) before.steps.push(...event.steps);
      else {
        const copy = { ...event, steps: [...event.steps] };
        open.set(event.run, copy);
        result.push(copy);
      }
      continue;
    }
    if ('run' in event) open.delete(typeof event.run === 'string' ? event.run : event.run.id);
    result.push(event);
  }
  return result;
}

function withRow(rows: readonly ExperimentRow[], row: ExperimentRow): ExperimentRow[] {
  if (row.removed !== null) return rows.filter(({ id }) => id !== row.id);
  if (rows.some(({ id }) => id === row.id)) return rows.map((other) => (other.id === row.id ? row : other));
  return [...rows, row].sort((a, b) => a.created.localeCompare(b.created));
}
