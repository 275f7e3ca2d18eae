// A running mean that forgets: each earlier value counts half as much for every half-life that x has gone on since.
import type { XY } from './extremes.ts';

/**
 * Exponentially weighted mean up to each point, free of a bias towards the first: with a half-life of 0 the points
 * themselves. It depends on distances in x and not on how many points lie there. A value that is not finite shows as it
 * is and counts for nothing.
 */
export function smoothed(points: readonly XY[], halfLife: number): readonly XY[] {
  return halfLife > 0 ? new Smoothing(halfLife).extend(points) : points;
}

/** The same of a curve that grows in place: what was smoothed stays, and only the rest is. */
export class Smoothing {
  readonly halfLife: number;
  readonly #made: XY[] = [];
  #sum = 0;
  #weight = 0;
  #before = 0;

  /** In units of x; above 0. */
  constructor(halfLife: number) {
    this.halfLife = halfLife;
  }

  /** Of the curve of before, as far as it goes by now; always the same array. */
  extend(points: readonly XY[]): readonly XY[] {
    for (let index = this.#made.length; index < points.length; index += 1) {
      const [x, y] = points[index]!;
      const decay = index === 0 ? 1 : 2 ** ((this.#before - x) / this.halfLife);
      this.#before = x;
      this.#sum *= decay;
      this.#weight *= decay;
      if (Number.isFinite(y)) {
        this.#sum += y;
        this.#weight += 1;
      }
      this.#made.push([x, Number.isFinite(y) ? this.#sum / this.#weight : y]);
    }
    return this.#made;
  }
}
