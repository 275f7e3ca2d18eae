// The page as a whole: what is known, what is shown, what is selected, and everything a person can do about runs. Each
// action says what it did, offers a way back where it takes something away, and tells a failure in the lab's own words.
import { getContext, setContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { ExperimentRow, Removed } from '../../shared/api.ts';
import type { LabConnection } from '../lab.ts';
import { plain } from '../ui/plain.ts';
import { count } from '../ui/words.ts';
import { Navigation } from './navigation.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import type { RunEntry } from './run-entry.svelte.ts';
import { Runs } from './runs.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** A window over the page. */
export type Sheet =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'run'; run: string }
  | { kind: 'rename-run'; run: string }
  | { kind: 'rename-experiment'; experiment: string }
  | { kind: 'annotate-experiment'; experiment: string };

const name = (text: string) => `“${plain(text, 40)}”`;

export class Application {
  readonly runs: Runs;
  readonly toasts = new Toasts();
  readonly navigation = new Navigation();
  readonly preferences = new Preferences();
  readonly selected = new SvelteSet<string>();
  #sheet = $state.raw<Sheet | null>(null);

  constructor(lab: LabConnection) {
    this.runs = new Runs(lab);
    void this.runs.load();
  }

  get api() {
    return this.runs.lab.api;
  }
  get sheet(): Sheet | null {
    return this.#sheet;
  }
  open(sheet: Sheet): void {
    this.#sheet = sheet;
  }
  close(): void {
    this.#sheet = null;
  }

  /** The selected runs that are still there. */
  get selection(): RunEntry[] {
    return [...this.selected].flatMap((id) => this.runs.run(id) ?? []);
  }

  select(runs: readonly RunEntry[]): void {
    for (const { id } of runs) this.selected.add(id);
  }

  /** True where it went well; a failure is told. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      this.toasts.fail(thrown);
      return false;
    }
  }

  start = (runs: readonly RunEntry[]) => this.#each(runs, startable, (ids) => this.api.runs.start({ runs: ids }));
  pause = (runs: readonly RunEntry[]) => this.#each(runs, pausable, (ids) => this.api.runs.pause({ runs: ids }));
  stop = (runs: readonly RunEntry[]) => this.#each(runs, stoppable, (ids) => this.api.runs.stop({ runs: ids }));

  async #each(
    runs: readonly RunEntry[],
    allowed: (run: RunEntry) => boolean,
    work: (ids: string[]) => Promise<{ id: string }[]>,
  ): Promise<void> {
    const ids = runs.filter(allowed).map(({ id }) => id);
    if (ids.length === 0) return;
    await this.attempt(async () => {
      for (const summary of await work(ids)) this.runs.put(summary as Parameters<Runs['put']>[0]);
    });
  }

  fork = (run: RunEntry, step?: number) =>
    this.attempt(async () => {
      const fork = await this.api.runs.fork({ run: run.id, ...(step !== undefined && { step }) });
      this.runs.put(fork);
      this.toasts.tell(`Forked ${name(run.summary.name)} as ${name(fork.name)}.`, {
        label: 'Start',
        run: () => void this.attempt(() => this.api.runs.start({ runs: [fork.id] })),
      });
    });

  again = (run: RunEntry) =>
    this.attempt(async () => {
      this.runs.put(await this.api.runs.again({ run: run.id, start: true }));
      this.toasts.tell(`${name(run.summary.name)} runs again from the start, as a run of its own.`);
    });

  move = (run: RunEntry, before: string | null) =>
    this.attempt(async () => this.runs.put(await this.api.runs.reorder({ run: run.id, before })));

  rename = (run: RunEntry, to: string) =>
    this.attempt(async () => this.runs.put(await this.api.runs.rename({ run: run.id, name: to })));

  annotate = (run: RunEntry, change: { note?: string; tags?: string[] }) =>
    this.attempt(async () => this.runs.put(await this.api.runs.annotate({ run: run.id, ...change })));

  remove = (runs: readonly RunEntry[]) => {
    const ids = runs.map(({ id }) => id);
    if (ids.length === 0) return;
    const what = runs.length === 1 ? name(runs[0]!.summary.name) : count(runs.length, 'run');
    return this.#remove(what, () => this.api.runs.remove({ runs: ids }));
  };

  removeExperiment = ({ id, name: called }: ExperimentRow) =>
    this.#remove(`the experiment ${name(called)}`, () => this.api.experiments.remove({ experiment: id }));

  #remove(what: string, work: () => Promise<Removed>): Promise<boolean> {
    return this.attempt(async () => {
      const removed = await work();
      for (const id of removed.runs) this.selected.delete(id);
      await this.runs.load();
      this.toasts.tell(`Removed ${what}.`, { label: 'Undo', run: () => void this.#restore(removed) });
    });
  }

  #restore(removed: Removed): Promise<boolean> {
    return this.attempt(async () => {
      await this.api.undo.restore(removed);
      await this.runs.load();
    });
  }

  compare = (runs: readonly RunEntry[]) => this.navigation.go('compare', { runs: runs.map(({ id }) => id).join(',') });
}

export const startable = ({ summary: { status, queuePosition } }: RunEntry) =>
  status === 'paused' || status === 'stopped' || status === 'failed' || (status === 'queued' && queuePosition === null);
export const pausable = ({ summary: { status, queuePosition } }: RunEntry) =>
  status === 'running' || (status === 'queued' && queuePosition !== null);
export const stoppable = ({ summary: { status } }: RunEntry) =>
  status === 'running' || status === 'pausing' || status === 'paused' || status === 'queued';

const key = Symbol('application');
export const provideApplication = (application: Application) => setContext(key, application);
export const useApplication = () => getContext<Application>(key);
