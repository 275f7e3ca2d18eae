// The page as a whole: what is known, what is shown, what is selected, and everything a person can do about runs. Each
// action says what it did, offers a way back where it takes something away, and tells a failure in the lab's own words.
import { getContext, setContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import { grouped } from '../../charts/index.ts';
import { alertNames } from '../../shared/alerts.ts';
import type { ExperimentRow, Removed } from '../../shared/api.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { save } from '../charts/export.ts';
import type { LabConnection } from '../lab.ts';
import { plain } from '../ui/plain.ts';
import { count } from '../ui/words.ts';
import { Alerts, type NotedAlert } from './alerts.svelte.ts';
import { DraftState } from './draft.svelte.ts';
import type { Dropped, DroppedFile } from './dropped.ts';
import { ImportedCurves } from './imported-curves.svelte.ts';
import { Inspector } from './inspection.svelte.ts';
import { Navigation, type Screen } from './navigation.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import type { RunEntry } from './run-entry.svelte.ts';
import { Runs } from './runs.svelte.ts';
import { Toasts, undoLabel } from './toasts.svelte.ts';

/** A window over the page. */
export type Sheet =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'run'; run: string }
  | { kind: 'rename-run'; run: string }
  | { kind: 'train-on'; run: string }
  /** At a step that has a checkpoint; with changes to begin with, one a line. */
  | { kind: 'fork'; run: string; step: number; changes?: string }
  /** With paths to begin with. */
  | { kind: 'add-corpus'; paths: readonly string[] }
  /** With a path to begin with, or none. */
  | { kind: 'import'; path: string }
  | { kind: 'rename-experiment'; experiment: string }
  | { kind: 'annotate-experiment'; experiment: string };

/** Bytes of files that a page hands over itself. */
const largestUpload = 128 * 2 ** 20;

const name = (text: string) => `“${plain(text, 40)}”`;

export class Application {
  readonly runs: Runs;
  readonly alerts: Alerts;
  readonly toasts = new Toasts();
  readonly navigation = new Navigation();
  readonly preferences = new Preferences();
  readonly inspector: Inspector;
  readonly importedCurves: ImportedCurves;
  readonly selected = new SvelteSet<string>();
  #sheet = $state.raw<Sheet | null>(null);
  #draft = $state.raw() as DraftState;

  constructor(lab: LabConnection) {
    this.runs = new Runs(lab);
    this.inspector = new Inspector(lab);
    this.importedCurves = new ImportedCurves(lab);
    this.alerts = new Alerts(this.runs, (alert) => this.#warn(alert));
    this.newDraft();
    void this.runs.load();
  }

  get api() {
    return this.runs.lab.api;
  }

  #warn({ run, detector, severity, message }: NotedAlert): void {
    const of = this.runs.run(run)?.summary.name ?? run;
    this.toasts.warn(`${alertNames[detector]}, ${name(of)}: ${message}`, severity === 'critical', {
      label: 'Show',
      run: () => this.open({ kind: 'run', run }),
    });
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

  /** The new experiment that is being filled in: it stays while one looks at other screens. */
  get draft(): DraftState {
    return this.#draft;
  }
  newDraft(): DraftState {
    this.#draft = new DraftState(this.runs);
    return this.#draft;
  }

  /** The selected runs that are still there. */
  get selection(): RunEntry[] {
    return [...this.selected].flatMap((id) => this.runs.run(id) ?? []);
  }

  select(runs: readonly RunEntry[]): void {
    for (const { id } of runs) this.selected.add(id);
  }

  /** Does what dropped files are for. */
  take(dropped: Dropped): void {
    if (dropped.kind === 'nothing') this.toasts.tell(dropped.message);
    else if (dropped.kind === 'configuration') {
      this.newDraft().fill(dropped.value);
      this.navigation.go('new');
      this.toasts.tell(`Filled in from ${name(dropped.name)}.`);
    } else if (dropped.kind === 'import') {
      if (dropped.path === '')
        this.toasts.tell('A page in a browser is not told where a file lies: type its path on the lab’s machine.');
      this.open({ kind: 'import', path: dropped.path });
    } else if (dropped.kind === 'checkpoint') {
      this.#inspectDropped(dropped);
    } else {
      this.navigation.go('new');
      if (dropped.paths.length < dropped.names.length)
        this.toasts.tell('A page in a browser is not told where a file lies: type its path on the lab’s machine.');
      this.open({ kind: 'add-corpus', paths: dropped.paths });
    }
  }

  /** Shows one model, two that are compared, or the store of a lab. */
  inspect = (paths: readonly string[]) => {
    this.navigation.go('inspector');
    return this.inspector.open(paths);
  };

  /** What a browser's page knows no path of is uploaded where it is small. */
  #inspectDropped({ paths, names, files }: Extract<Dropped, { kind: 'checkpoint' }>): void {
    this.navigation.go('inspector');
    const bytes = files.reduce((sum: number, { size }: DroppedFile) => sum + size, 0);
    if (paths.length === names.length) void this.inspector.open(paths);
    else if (files.some(({ name: of }) => of.endsWith('.safetensors')) && bytes <= largestUpload) {
      void this.inspector.upload(files);
    } else {
      this.toasts.tell('A page in a browser is not told where a file lies: type its path on the lab’s machine.');
    }
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

  fork = (run: RunEntry, step: number, configuration: RunConfiguration, start: boolean) =>
    this.attempt(async () => {
      const fork = await this.api.runs.fork({ run: run.id, step, configuration, name: configuration.name, start });
      this.runs.put(fork);
      this.toasts.tell(`Forked ${name(run.summary.name)} as ${name(fork.name)}.`);
    });

  /** A new run that trains this one on, to so many steps in all. */
  continueTo = (run: RunEntry, steps: number) =>
    this.attempt(async () => {
      this.runs.put(await this.api.runs.continueTo({ run: run.id, steps, start: true }));
      this.toasts.tell(`${name(run.summary.name)} trains on to step ${grouped(steps)}, as a run of its own.`);
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
      this.toasts.tell(`Removed ${what}.`, { label: undoLabel, run: () => void this.#restore(removed) });
      await this.runs.load();
    });
  }

  #restore(removed: Removed): Promise<boolean> {
    return this.attempt(async () => {
      await this.api.undo.restore(removed);
      await this.runs.load();
    });
  }

  /** The comparison of these runs as one HTML file that stands alone. */
  saveReport = (runs: readonly RunEntry[]) =>
    this.attempt(async () => {
      const page = await this.api.reports.page({ runs: runs.map(({ id }) => id) });
      const title = runs.length === 1 ? runs[0]!.summary.name : 'comparison';
      if (this.runs.about?.door === 'browser') save(new Blob([page], { type: 'text/html' }), title, 'html');
      else await this.api.dialogs.save({ title: 'Save the comparison', name: title, extension: 'html', data: page });
    });

  /** A screen's address, with the runs that were looked at last and are still there. */
  addressOf = (screen: Screen): string => this.navigation.addressOf(screen, (run) => this.runs.run(run) !== undefined);

  visit(screen: Screen): void {
    location.hash = this.addressOf(screen);
  }

  prune = (runs: readonly RunEntry[]) => this.navigation.go('pruning', { runs: runs.map(({ id }) => id).join(',') });

  report = (runs: readonly RunEntry[]) => this.navigation.go('report', { runs: runs.map(({ id }) => id).join(',') });

  compare = (runs: readonly RunEntry[]) => this.navigation.go('compare', { runs: runs.map(({ id }) => id).join(',') });

  analyse = (runs: readonly RunEntry[]) => this.navigation.go('analysis', { runs: runs.map(({ id }) => id).join(',') });
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
