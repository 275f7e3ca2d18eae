// The training curves of compared runs: at first roughly, then as fine as a chart of all of it has pixels, and finer still
// where one looks closer. They grow by the lab's events, and are asked for anew before they get long.
import { untrack } from 'svelte';
import type { XY } from '../../charts/index.ts';
import type { Domain } from '../../charts/viewport.ts';
import type { Api, ComparedRun, MetricSeries } from '../../shared/api.ts';
import { trainStepFlops } from '../../shared/config/cost.ts';
import type { StepMetrics } from '../../shared/worker-messages.ts';
import { Curve, type XAxis } from './curve.ts';

/** Stretches of a curve: what the lab answers at once, and more than any chart here has pixels. */
const rough = 256;
const fine = 1500;
/** Points a live curve may gain before it is asked for anew. */
const mostPoints = 5 * fine;

type Run = Pick<ComparedRun, 'id' | 'configuration'>;

export class ComparisonCurves {
  readonly #api: Api;
  readonly #whole = new Map<string, Curve>();
  /** What is in view, and the whole curves with that in its place. */
  readonly #closer = new Map<string, Curve>();
  readonly #joined = new Map<string, Curve>();
  readonly #asked = new Set<string>();
  #request: AbortController | null = null;
  #zoom: AbortController | null = null;
  /** Counts changes of curves; reading it is how drawings follow them. */
  #version = $state(0);

  constructor(api: Api) {
    this.#api = api;
  }

  /** The points of one metric, finer where they were looked at closer; empty where they were never read. */
  points(run: Run, metric: string, axis: XAxis): readonly XY[] {
    void this.#version;
    const key = keyOf(run.id, metric);
    const curve = this.#joined.get(key) ?? this.#whole.get(key);
    return curve?.points(axis, trainStepFlops(run.configuration)) ?? [];
  }

  /** Where a curve ends on an x-axis; 0 where there is none. */
  end(run: Run, metric: string, axis: XAxis): number {
    void this.#version;
    return this.#whole.get(keyOf(run.id, metric))?.end(axis, trainStepFlops(run.configuration)) ?? 0;
  }

  /** Forgets everything, and what is being asked for. */
  clear(): void {
    this.#request?.abort();
    this.#request = null;
    this.#whole.clear();
    this.#asked.clear();
    this.seeAll();
  }

  /** Of all that is not known yet: resolves when it is there roughly, and makes it fine after that. */
  async read(runs: readonly Run[], metric: string): Promise<void> {
    const missing = runs.map(({ id }) => id).filter((id) => !this.#whole.has(keyOf(id, metric)));
    if (missing.length === 0) return;
    this.#request ??= new AbortController();
    const { signal } = this.#request;
    const first = await this.#ask(missing, metric, rough, signal);
    this.#keep(first, signal);
    const long = first.filter(({ width }) => width > 1).map(({ run }) => run);
    if (long.length > 0) void this.#askAnew(long, metric, signal);
  }

  /** What is in view of these runs, as fine as a chart can show it. */
  async lookCloser(runs: readonly Run[], metric: string, axis: XAxis, view: Domain): Promise<void> {
    this.#zoom?.abort();
    this.#zoom = new AbortController();
    const { signal } = this.#zoom;
    const wanted = runs.flatMap((run) => {
      const curve = this.#whole.get(keyOf(run.id, metric));
      if (!curve || curve.width === 1) return [];
      const steps = curve.stepsOver(axis, view, trainStepFlops(run.configuration));
      return steps ? [{ run: run.id, from: steps[0], to: steps[1] }] : [];
    });
    const sameSteps = [...Map.groupBy(wanted, ({ from, to }) => `${from} ${to}`).values()];
    const answers = await Promise.all(
      sameSteps.map((group) => {
        const runs = group.map(({ run }) => run);
        const [{ from, to }] = group as [(typeof group)[0]];
        return this.#api.metrics.series({ runs, metrics: [metric], from, to, resolution: fine }, { signal });
      }),
    ).catch(() => null);
    // Without an answer, what is drawn already is true, only coarser.
    if (!answers || signal.aborted) return;
    this.#closer.clear();
    this.#joined.clear();
    for (const series of answers.flat()) {
      const key = keyOf(series.run, metric);
      this.#closer.set(key, new Curve(series));
      this.#join(key);
    }
    this.#changed();
  }

  /** Nothing is looked at closer any more. */
  seeAll(): void {
    this.#zoom?.abort();
    this.#closer.clear();
    this.#joined.clear();
    this.#changed();
  }

  grow(run: string, steps: readonly StepMetrics[]): void {
    for (const [key, curve] of this.#whole) {
      const metric = metricOfKey(key, run);
      if (metric === null) continue;
      curve.add(steps, metric);
      this.#joined.get(key)?.add(steps, metric);
      if (curve.steps.length > mostPoints && this.#request) void this.#askAnew([run], metric, this.#request.signal);
    }
    this.#changed();
  }

  /** Finer, or shorter. Each is asked for once at a time; a failure leaves what is there. */
  async #askAnew(runs: readonly string[], metric: string, signal: AbortSignal): Promise<void> {
    const wanted = runs.filter((run) => !this.#asked.has(keyOf(run, metric)));
    if (wanted.length === 0) return;
    for (const run of wanted) this.#asked.add(keyOf(run, metric));
    try {
      this.#keep(await this.#ask(wanted, metric, fine, signal), signal);
    } catch {
      // What is drawn already is true.
    } finally {
      for (const run of wanted) this.#asked.delete(keyOf(run, metric));
    }
  }

  #ask(runs: string[], metric: string, resolution: number, signal: AbortSignal): Promise<MetricSeries[]> {
    return this.#api.metrics.series({ runs, metrics: [metric], resolution }, { signal });
  }

  #keep(answers: readonly MetricSeries[], signal: AbortSignal): void {
    if (signal.aborted) return;
    for (const series of answers) {
      const key = keyOf(series.run, series.metric);
      this.#whole.set(key, new Curve(series));
      this.#join(key);
    }
    this.#changed();
  }

  /** Also inside of an effect, which is not to follow what it changes. */
  #changed(): void {
    this.#version = untrack(() => this.#version) + 1;
  }

  #join(key: string): void {
    const [whole, closer] = [this.#whole.get(key), this.#closer.get(key)];
    if (whole && closer) this.#joined.set(key, whole.with(closer));
  }
}

const keyOf = (run: string, metric: string) => `${run} ${metric}`;
const metricOfKey = (key: string, run: string) => (key.startsWith(`${run} `) ? key.slice(run.length + 1) : null);
