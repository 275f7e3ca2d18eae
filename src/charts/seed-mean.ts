// Runs that differ in their seeds alone, as one curve: the mean, and the interval in which the mean of all seeds lies with
// 95% confidence if runs scatter normally (Student's t). It says nothing of fewer than three runs: the interval of two is
// about thirteen times their standard error, and hides what it is of.
import { meanInterval } from '../shared/statistics/index.ts';
import type { XY } from './extremes.ts';

export interface MeanCurve {
  points: readonly XY[];
  /** Where three curves or more have a value. */
  band: readonly (readonly [x: number, low: number, high: number])[];
}

/**
 * Curves in ascending x as one, at the x of the curve with the most points, where all of them are defined; straight lines
 * between points. Values that are not finite leave their curve out at that x. The curves may grow in place: what was made
 * stays, and only the rest is made.
 */
export class SeedMean {
  readonly #curves: readonly (readonly XY[])[];
  readonly #densest: readonly XY[];
  readonly #from: number;
  readonly #read: ((x: number) => number)[];
  readonly #made = { points: [] as XY[], band: [] as [number, number, number][] };
  #next = 0;

  constructor(curves: readonly (readonly XY[])[]) {
    this.#curves = drawn(curves);
    this.#densest = this.#curves.reduce((most, curve) => (curve.length > most.length ? curve : most), []);
    this.#from = Math.max(...this.#curves.map((curve) => curve[0]![0]));
    this.#read = this.#curves.map(reader);
  }

  /** Whether it is of these curves: the same arrays, and none that was empty has begun since. */
  isOf(curves: readonly (readonly XY[])[]): boolean {
    const now = drawn(curves);
    return now.length === this.#curves.length && now.every((curve, index) => curve === this.#curves[index]);
  }

  /** As far as all curves reach by now; always the same arrays. */
  extend(): MeanCurve {
    const to = Math.min(...this.#curves.map((curve) => curve.at(-1)![0]));
    for (; this.#next < this.#densest.length; this.#next += 1) {
      const [x] = this.#densest[this.#next]!;
      if (x > to) break;
      if (x < this.#from) continue;
      const values = this.#read.map((at) => at(x)).filter(Number.isFinite);
      if (values.length === 0) continue;
      const { mean, half } = meanInterval(values);
      this.#made.points.push([x, mean]);
      if (half !== null) this.#made.band.push([x, mean - half, mean + half]);
    }
    return this.#made;
  }
}

const drawn = (curves: readonly (readonly XY[])[]) => curves.filter((curve) => curve.length > 0);

/** A curve's value at ascending x. */
function reader(curve: readonly XY[]): (x: number) => number {
  let index = 0;
  return (x) => {
    while (index + 1 < curve.length && curve[index + 1]![0] <= x) index += 1;
    const [before, after] = [curve[index]!, curve[index + 1]];
    if (!after || x <= before[0]) return before[1];
    return before[1] + ((after[1] - before[1]) * (x - before[0])) / (after[0] - before[0]);
  };
}
