// The runs of the compare screen: what is drawn, over which axis, and what is known of it. Live runs grow by their events.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { XY } from '../../charts/index.ts';
import { type Domain, reachFor } from '../../charts/viewport.ts';
import type { ApiEvent, ComparedRun, Comparison as ComparisonAnswer } from '../../shared/api.ts';
import { trainStepFlops } from '../../shared/config/cost.ts';
import { LabError } from '../../shared/errors.ts';
import type { Evaluation } from '../../shared/worker-messages.ts';
import { ChartLink } from './chart-link.svelte.ts';
import { ComparisonCurves } from './comparison-curves.svelte.ts';
import { type ComparisonLook, usualLook } from './comparison-look.ts';
import { type Moment, type XAxis, xOf } from './curve.ts';
import { type Grouping, groupRuns, type RunGroup } from './groups.ts';
import type { Loading, Runs } from './runs.svelte.ts';

export class Comparison {
  readonly link = new ChartLink();
  readonly hidden = new SvelteSet<string>();
  readonly #runs: Pick<Runs, 'lab'>;
  readonly #curves: ComparisonCurves;
  #loading = $state.raw<Loading>({ state: 'loading' });
  #answer = $state.raw<ComparisonAnswer | null>(null);
  #evaluations = new SvelteMap<string, readonly Evaluation[]>();
  #names = $state.raw<readonly string[]>(['crossEntropy']);
  #metric = $state('crossEntropy');
  #xAxis = $state<XAxis>('tokens');
  #grouping = $state<Grouping>('seeds');
  #groups = $derived(groupRuns(this.#answer?.runs ?? [], this.#grouping));
  #request = 0;

  /** Share of all steps after which a point counts half. */
  smoothing = $state<ComparisonLook['smoothing']>(0);
  logarithmic = $state(true);
  /** Single runs behind the mean of their seeds. */
  traces = $state(true);
  focus = $state<string | null>(null);
  baseline = $state<string | null>(null);

  constructor(runs: Pick<Runs, 'lab'>, look: ComparisonLook = usualLook) {
    this.#runs = runs;
    this.#curves = new ComparisonCurves(runs.lab.api);
    this.#xAxis = look.xAxis;
    this.#grouping = look.grouping;
    this.smoothing = look.smoothing;
    this.logarithmic = look.logarithmic;
    this.traces = look.traces;
  }

  get look(): ComparisonLook {
    const { xAxis, grouping, smoothing, logarithmic, traces } = this;
    return { xAxis, grouping, smoothing, logarithmic, traces };
  }

  get loading(): Loading {
    return this.#loading;
  }
  get answer(): ComparisonAnswer | null {
    return this.#answer;
  }
  get runs(): readonly ComparedRun[] {
    return this.#answer?.runs ?? [];
  }
  get groups(): RunGroup<ComparedRun>[] {
    return this.#groups;
  }
  /** Those that are not hidden. */
  get shown(): RunGroup<ComparedRun>[] {
    return this.groups.filter(({ key }) => !this.hidden.has(key));
  }
  get metrics(): readonly string[] {
    return this.#names;
  }
  get metric(): string {
    return this.#metric;
  }
  set metric(metric: string) {
    this.#metric = metric;
    const request = this.#request;
    this.#read().catch((thrown) => {
      // What is given up for other runs is no failure.
      if (request === this.#request) this.#loading = { state: 'failed', error: LabError.from(thrown) };
    });
  }
  get xAxis(): XAxis {
    return this.#xAxis;
  }
  set xAxis(axis: XAxis) {
    this.#xAxis = axis;
    this.#curves.seeAll();
    this.link.reset();
  }
  get grouping(): Grouping {
    return this.#grouping;
  }
  set grouping(grouping: Grouping) {
    this.#grouping = grouping;
    this.hidden.clear();
    this.focus = null;
  }

  evaluations(run: string): readonly Evaluation[] {
    return this.#evaluations.get(run) ?? [];
  }

  /** All of x over every run; while one trains with a little room, so that not every step moves everything. */
  get whole(): Domain {
    let most = 0;
    for (const run of this.runs) {
      const last = this.evaluations(run.id).at(-1);
      const end = last ? xOf(this.#xAxis, last, trainStepFlops(run.configuration)) : 0;
      most = Math.max(most, end, this.#curves.end(run, this.#metric, this.#xAxis));
    }
    const live = this.runs.some(({ status }) => status === 'running' || status === 'pausing');
    return [0, most > 0 ? (live ? reachFor(most) : most) : 1];
  }

  /** The chosen training metric of a run. The same array grows as long as steps are only added. */
  points(run: ComparedRun): readonly XY[] {
    return this.#curves.points(run, this.#metric, this.#xAxis);
  }

  /** Where moments of a run lie on the x-axis. */
  placesOf({ configuration }: Pick<ComparedRun, 'configuration'>): (moment: Moment) => number {
    const flopsPerStep = trainStepFlops(configuration);
    return (moment) => xOf(this.#xAxis, moment, flopsPerStep);
  }

  async show(ids: readonly string[]): Promise<void> {
    const request = ++this.#request;
    this.link.reset();
    this.hidden.clear();
    this.#curves.clear();
    if (ids.length === 0) {
      this.#answer = null;
      this.#loading = { state: 'ready' };
      return;
    }
    this.#loading = { state: 'loading' };
    try {
      const { api } = this.#runs.lab;
      const answer = await api.comparison.get({
        runs: [...ids].slice(0, 100),
        resolution: 1,
        speedUpCurves: false,
      });
      const named = await Promise.all(onePerObjective(answer.runs).map(({ id }) => api.metrics.names({ run: id })));
      if (request !== this.#request) return;
      this.#answer = answer;
      const names = [...new Set(named.flat())].filter((name) => !['tokens', 'seconds'].includes(name));
      this.#names = names.length > 0 ? names.sort() : ['crossEntropy'];
      if (!this.#names.includes(this.#metric)) this.#metric = 'crossEntropy';
      this.#evaluations.clear();
      for (const run of answer.runs) this.#evaluations.set(run.id, run.evaluations);
      await this.#read();
      if (request === this.#request) this.#loading = { state: 'ready' };
    } catch (thrown) {
      if (request === this.#request) this.#loading = { state: 'failed', error: LabError.from(thrown) };
    }
  }

  take(event: ApiEvent): void {
    if (event.type === 'steps') {
      if (this.#evaluations.has(event.run)) this.#curves.grow(event.run, event.steps);
    } else if (event.type === 'started' && this.#evaluations.has(event.run)) void this.#refresh();
    else if (event.type === 'evaluation' && this.#evaluations.has(event.run)) {
      const { evaluation } = event;
      const before = this.evaluations(event.run).filter(({ step }) => step < evaluation.step);
      this.#evaluations.set(event.run, [...before, evaluation]);
    } else if (event.type === 'run' && this.#answer) {
      const { id, status, message, name } = event.run;
      if (!this.#evaluations.has(id)) return;
      const runs = this.#answer.runs.map((run) => (run.id === id ? { ...run, status, message, name } : run));
      this.#answer = { ...this.#answer, runs };
    }
  }

  /** Points of what is in view, as fine as the chart can show them. */
  async zoom(view: Domain | null): Promise<void> {
    if (view) await this.#curves.lookCloser(this.runs, this.#metric, this.#xAxis, view);
    else this.#curves.seeAll();
  }

  /** What is known of the runs themselves; curves and evaluations follow their events. */
  async #refresh(): Promise<void> {
    const request = this.#request;
    try {
      const runs = this.runs.map(({ id }) => id);
      const answer = await this.#runs.lab.api.comparison.get({ runs, resolution: 1, speedUpCurves: false });
      if (request === this.#request) this.#answer = answer;
    } catch {
      // What is shown was true a moment ago.
    }
  }

  async #read(): Promise<void> {
    await this.#curves.read(this.runs, this.#metric);
    if (this.link.view) await this.zoom(this.link.view);
  }
}

/** Of each objective the run that is furthest: another objective has other terms. */
function onePerObjective(runs: readonly ComparedRun[]): ComparedRun[] {
  const stepOf = ({ progress }: ComparedRun) => progress?.step ?? 0;
  return [...Map.groupBy(runs, ({ objectiveKey }) => objectiveKey).values()].map((group) =>
    group.reduce((a, b) => (stepOf(b) > stepOf(a) ? b : a)),
  );
}
