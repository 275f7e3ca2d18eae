// One metric of one run as the page holds it: points with all their x-axes, growing while the run is live. Plain arrays; it
// asks nobody for anything.
import type { XY } from '../../charts/index.ts';
import type { MetricSeries } from '../../shared/api.ts';
import type { StepMetrics } from '../../shared/worker-messages.ts';

export const xAxes = ['tokens', 'step', 'seconds', 'flops'] as const;
export type XAxis = (typeof xAxes)[number];

export interface Moment {
  step: number;
  tokens: number;
  seconds: number;
}

/** Where on the x-axis a moment of a run lies; `flopsPerStep` is of its configuration. */
export function xOf(axis: XAxis, { step, tokens, seconds }: Moment, flopsPerStep: number): number {
  if (axis === 'flops') return step * flopsPerStep;
  return axis === 'step' ? step : axis === 'tokens' ? tokens : seconds;
}

type Columns = Pick<MetricSeries, 'steps' | 'tokens' | 'seconds' | 'values'>;
const columnNames = ['steps', 'tokens', 'seconds', 'values'] as const satisfies (keyof Columns)[];

export class Curve {
  /** Steps of one stretch: 1 where every point is there. */
  readonly width: number;
  readonly steps: number[];
  readonly tokens: number[];
  readonly seconds: number[];
  readonly values: number[];
  /** The points as they were asked for last, and over which axis. */
  #points: XY[] = [];
  #axis = '';

  constructor({
    width,
    steps,
    tokens,
    seconds,
    values,
  }: { width: number } & { [name in keyof Columns]: ArrayLike<number> }) {
    this.width = width;
    this.steps = Array.from(steps);
    this.tokens = Array.from(tokens);
    this.seconds = Array.from(seconds);
    this.values = Array.from(values);
  }

  get last(): number {
    return this.steps.at(-1) ?? -1;
  }

  /** Where its last point lies on an x-axis; 0 where there is none. */
  end(axis: XAxis, flopsPerStep: number): number {
    const index = this.steps.length - 1;
    if (index < 0) return 0;
    const moment = { step: this.steps[index]!, tokens: this.tokens[index]!, seconds: this.seconds[index]! };
    return xOf(axis, moment, flopsPerStep);
  }

  /** New steps; those that a run does anew replace what was there. */
  add(steps: readonly StepMetrics[], metric: string): void {
    const first = steps[0]?.step;
    if (first === undefined) return;
    if (this.last >= first) {
      const keep = this.steps.findIndex((step) => step >= first);
      for (const name of columnNames) this[name].length = keep;
      this.#axis = '';
    }
    for (const one of steps) {
      this.steps.push(one.step);
      this.tokens.push(one.tokens);
      this.seconds.push(one.seconds);
      this.values.push(metricOf(one, metric));
    }
  }

  /** This one with a finer one in its place, as far as that reaches. */
  with(finer: Curve): Curve {
    const before = firstAfter(this.steps, (finer.steps[0] ?? Number.POSITIVE_INFINITY) - 1);
    const after = finer.steps.length > 0 ? firstAfter(this.steps, finer.last) : this.steps.length;
    const joined = (name: keyof Columns) => [
      ...this[name].slice(0, before),
      ...finer[name],
      ...this[name].slice(after),
    ];
    return new Curve({
      width: this.width,
      steps: joined('steps'),
      tokens: joined('tokens'),
      seconds: joined('seconds'),
      values: joined('values'),
    });
  }

  /** The same array as before, grown, as long as steps are only added and the axis stays. */
  points(axis: XAxis, flopsPerStep: number): readonly XY[] {
    const of = `${axis} ${flopsPerStep}`;
    if (of !== this.#axis) this.#points = [];
    this.#axis = of;
    const x = this.#along(axis);
    const scale = axis === 'flops' ? flopsPerStep : 1;
    for (let index = this.#points.length; index < this.values.length; index += 1) {
      this.#points.push([x[index]! * scale, this.values[index]!]);
    }
    return this.#points;
  }

  /** The steps that lie over [from, to] of an x-axis, and one more on either side; null where there are none. */
  stepsOver(axis: XAxis, [from, to]: readonly [number, number], flopsPerStep: number): [number, number] | null {
    const x = this.#along(axis);
    const scale = axis === 'flops' ? flopsPerStep : 1;
    const first = x.findIndex((at) => at * scale >= from);
    const last = x.findLastIndex((at) => at * scale <= to);
    if (first < 0 || last < first) return null;
    return [this.steps[Math.max(0, first - 1)]!, this.steps[Math.min(this.steps.length - 1, last + 1)]!];
  }

  #along(axis: XAxis): readonly number[] {
    return axis === 'tokens' ? this.tokens : axis === 'seconds' ? this.seconds : this.steps;
  }
}

/** Index of the first of ascending steps that is greater than one. */
function firstAfter(steps: readonly number[], step: number): number {
  const index = steps.findIndex((one) => one > step);
  return index < 0 ? steps.length : index;
}

/** A metric by its name in the store: a field, or 'terms.simbal'. */
export function metricOf(step: StepMetrics, metric: string): number {
  if (metric.startsWith('terms.')) return step.terms[metric.slice(6)] ?? Number.NaN;
  const value = (step as unknown as Record<string, unknown>)[metric];
  return typeof value === 'number' ? value : Number.NaN;
}
