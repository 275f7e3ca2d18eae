// One metric of one run as the page holds it: points with all their x-axes, growing while the run is live. Plain arrays; it
// asks nobody for anything.
import type { XY } from '../../charts/index.ts';
import type { MetricSeries } from '../../shared/api.ts';
import type { StepMetrics } from '../../shared/worker-messages.ts';

export const xAxes = ['tokens', 'step', 'seconds', 'flops'] as const;
export type XAxis = (typeof xAxes)[number];

/** Where on the x-axis a moment of a run lies; `flopsPerStep` is of its configuration. */
export function xOf(
  axis: XAxis,
  { step, tokens, seconds }: { step: number; tokens: number; seconds: number },
  flopsPerStep: number,
): number {
  if (axis === 'flops') return step * flopsPerStep;
  return axis === 'step' ? step : axis === 'tokens' ? tokens : seconds;
}

export class Curve {
  /** Steps of one stretch: 1 where every point is there. */
  readonly width: number;
  readonly steps: number[];
  readonly tokens: number[];
  readonly seconds: number[];
  readonly values: number[];

  constructor({
    width,
    steps,
    tokens,
    seconds,
    values,
  }: Pick<MetricSeries, 'width' | 'steps' | 'tokens' | 'seconds' | 'values'>) {
    this.width = width;
    this.steps = [...steps];
    this.tokens = [...tokens];
    this.seconds = [...seconds];
    this.values = [...values];
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
      for (const array of [this.steps, this.tokens, this.seconds, this.values]) array.length = keep;
    }
    for (const one of steps) {
      this.steps.push(one.step);
      this.tokens.push(one.tokens);
      this.seconds.push(one.seconds);
      this.values.push(metricOf(one, metric));
    }
  }

  points(axis: XAxis, flopsPerStep: number): XY[] {
    const x = axis === 'tokens' ? this.tokens : axis === 'seconds' ? this.seconds : this.steps;
    const scale = axis === 'flops' ? flopsPerStep : 1;
    return this.values.map((value, index): XY => [x[index]! * scale, value]);
  }

  /** The steps that lie over [from, to] of an x-axis, and one more on either side; null where there are none. */
  stepsOver(axis: XAxis, [from, to]: readonly [number, number], flopsPerStep: number): [number, number] | null {
    const inside = this.points(axis, flopsPerStep).flatMap(([x], index) => (x >= from && x <= to ? [index] : []));
    const [first, last] = [inside[0], inside.at(-1)];
    if (this.steps.length === 0) return null;
    if (first === undefined || last === undefined) return null;
    return [this.steps[Math.max(0, first - 1)]!, this.steps[Math.min(this.steps.length - 1, last + 1)]!];
  }
}

/** A metric by its name in the store: a field, or 'terms.simbal'. */
export function metricOf(step: StepMetrics, metric: string): number {
  if (metric.startsWith('terms.')) return step.terms[metric.slice(6)] ?? Number.NaN;
  const value = (step as unknown as Record<string, unknown>)[metric];
  return typeof value === 'number' ? value : Number.NaN;
}
