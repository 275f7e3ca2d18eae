// The runs of the compare screen: what is drawn, over which axis, and the points for it, asked for again in finer stretches
// wherever one looks closer. Live runs grow by their events.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { XY } from '../../charts/index.ts';
import type { Domain } from '../../charts/viewport.ts';
import type { ApiEvent, ComparedRun, Comparison as ComparisonAnswer, MetricSeries } from '../../shared/api.ts';
import { trainStepFlops } from '../../shared/config/cost.ts';
import { LabError } from '../../shared/errors.ts';
import type { Evaluation } from '../../shared/worker-messages.ts';
import { ChartLink } from './chart-link.svelte.ts';
import { Curve, type XAxis, xOf } from './curve.ts';
import { type Grouping, groupRuns, type RunGroup } from './groups.ts';
import type { Loading, Runs } from './runs.svelte.ts';

/** Stretches of a curve that is asked for: more than any chart here has pixels. */
const resolution = 1500;
/** Points a live curve may gain before it is asked for anew. */
const mostPoints = 5 * resolution;

export class Comparison {
  readonly link = new ChartLink();
  readonly hidden = new SvelteSet<string>();
  readonly #runs: Runs;
  #loading = $state.raw<Loading>({ state: 'loading' });
  #answer = $state.raw<ComparisonAnswer | null>(null);
  #evaluations = new SvelteMap<string, readonly Evaluation[]>();
  #curves = new Map<string, Curve>();
  #details = new Map<string, Curve>();
  /** Counts changes of curves; reading it is how drawings follow them. */
  #version = $state(0);
  #names = $state.raw<readonly string[]>(['crossEntropy']);
  #metric = $state('crossEntropy');
  #xAxis = $state<XAxis>('tokens');
  #grouping = $state<Grouping>('seeds');
  /** By itself, so that a view that moves does not make all points anew. */
  #zoomed = $derived(this.link.view !== null);
  #groups = $derived(groupRuns(this.#answer?.runs ?? [], this.#grouping));
  #request = 0;
  #zoomRequest: AbortController | null = null;

  /** Share of all steps after which a point counts half. */
  smoothing = $state(0);
  logarithmic = $state(true);
  traces = $state(true);
  focus = $state<string | null>(null);
  baseline = $state<string | null>(null);

  constructor(runs: Runs) {
    this.#runs = runs;
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
    void this.#read();
  }
  get xAxis(): XAxis {
    return this.#xAxis;
  }
  set xAxis(axis: XAxis) {
    this.#xAxis = axis;
    this.#details.clear();
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

  /** All of x over every run. */
  get whole(): Domain {
    void this.#version;
    let most = 0;
    for (const run of this.runs) {
      const flopsPerStep = trainStepFlops(run.configuration);
      const last = this.evaluations(run.id).at(-1);
      const curve = this.#curves.get(`${run.id} ${this.#metric}`);
      most = Math.max(
        most,
        curve?.end(this.#xAxis, flopsPerStep) ?? 0,
        last ? xOf(this.#xAxis, last, flopsPerStep) : 0,
      );
    }
    return [0, most > 0 ? most : 1];
  }

  /** The chosen training metric of a run. */
  points(run: ComparedRun): XY[] {
    void this.#version;
    const key = `${run.id} ${this.#metric}`;
    const curve = (this.#zoomed && this.#details.get(key)) || this.#curves.get(key);
    return curve?.points(this.#xAxis, trainStepFlops(run.configuration)) ?? [];
  }

  /** One number of each evaluation of a run; evaluations without it are left out. */
  measured(run: ComparedRun, read: (evaluation: Evaluation) => number | null): XY[] {
    const flopsPerStep = trainStepFlops(run.configuration);
    return this.evaluations(run.id).flatMap((evaluation): XY[] => {
      const value = read(evaluation);
      return value === null ? [] : [[xOf(this.#xAxis, evaluation, flopsPerStep), value]];
    });
  }

  async show(ids: readonly string[]): Promise<void> {
    const request = ++this.#request;
    this.link.reset();
    this.hidden.clear();
    this.#details.clear();
    this.#curves.clear();
    if (ids.length === 0) {
      this.#answer = null;
      this.#loading = { state: 'ready' };
      return;
    }
    this.#loading = { state: 'loading' };
    try {
      const { api } = this.#runs.lab;
      const [answer, names] = await Promise.all([
        api.comparison.get({ runs: [...ids].slice(0, 100), resolution: 1 }),
        api.metrics.names({ run: ids[0]! }),
      ]);
      if (request !== this.#request) return;
      this.#answer = answer;
      this.#names = names.length > 0 ? names.filter((name) => !['tokens', 'seconds'].includes(name)) : ['crossEntropy'];
      this.#evaluations.clear();
      for (const run of answer.runs) this.#evaluations.set(run.id, run.evaluations);
      await this.#read();
      if (request === this.#request) this.#loading = { state: 'ready' };
    } catch (thrown) {
      if (request === this.#request) this.#loading = { state: 'failed', error: LabError.from(thrown) };
    }
  }

  take(event: ApiEvent): void {
    if (event.type === 'steps') this.#grow(event);
    else if (event.type === 'started' && this.#evaluations.has(event.run)) void this.#refresh();
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
    this.#zoomRequest?.abort();
    if (!view) {
      if (this.#details.size > 0) this.#version += 1;
      this.#details.clear();
      return;
    }
    const controller = new AbortController();
    this.#zoomRequest = controller;
    const metric = this.#metric;
    const wanted = this.runs.flatMap((run) => {
      const curve = this.#curves.get(`${run.id} ${metric}`);
      if (!curve || curve.width === 1) return [];
      const steps = curve.stepsOver(this.#xAxis, view, trainStepFlops(run.configuration));
      return steps ? [{ run: run.id, from: steps[0], to: steps[1] }] : [];
    });
    const sameSteps = [...Map.groupBy(wanted, ({ from, to }) => `${from} ${to}`).values()];
    try {
      const answers = await Promise.all(
        sameSteps.map((group) =>
          this.#runs.lab.api.metrics.series(
            {
              runs: group.map(({ run }) => run),
              metrics: [metric],
              from: group[0]!.from,
              to: group[0]!.to,
              resolution,
            },
            { signal: controller.signal },
          ),
        ),
      );
      if (controller.signal.aborted) return;
      this.#details.clear();
      for (const series of answers.flat()) this.#details.set(`${series.run} ${metric}`, new Curve(series));
      this.#version += 1;
    } catch {
      // What is drawn already is true, only coarser.
    }
  }

  /** What is known of the runs themselves; curves and evaluations follow their events. */
  async #refresh(): Promise<void> {
    const request = this.#request;
    try {
      const runs = this.runs.map(({ id }) => id);
      const answer = await this.#runs.lab.api.comparison.get({ runs, resolution: 1 });
      if (request === this.#request) this.#answer = answer;
    } catch {
      // What is shown was true a moment ago.
    }
  }

  async #read(): Promise<void> {
    const metric = this.#metric;
    const missing = this.runs.map(({ id }) => id).filter((id) => !this.#curves.has(`${id} ${metric}`));
    if (missing.length > 0) this.#keep(await this.#ask(missing, metric));
    if (this.link.view) await this.zoom(this.link.view);
  }

  #ask(runs: string[], metric: string): Promise<MetricSeries[]> {
    return this.#runs.lab.api.metrics.series({ runs, metrics: [metric], resolution });
  }

  #keep(answers: readonly MetricSeries[]): void {
    for (const series of answers) this.#curves.set(`${series.run} ${series.metric}`, new Curve(series));
    this.#version += 1;
  }

  #grow({ run, steps }: Extract<ApiEvent, { type: 'steps' }>): void {
    if (!this.#evaluations.has(run)) return;
    for (const [key, curve] of this.#curves) {
      if (!key.startsWith(`${run} `)) continue;
      const metric = key.slice(run.length + 1);
      const reached = curve.last;
      curve.add(steps, metric);
      const detail = this.#details.get(key);
      if (detail && detail.last >= reached) detail.add(steps, metric);
      if (curve.steps.length > mostPoints) void this.#ask([run], metric).then((answers) => this.#keep(answers));
    }
    this.#version += 1;
  }
}
