// A measure's mean over each sequence. Tokens of one sequence share their context and so are not independent; sequences are, as
// far as a sample goes. The interval of the mean over sequences is therefore wider, and right, where one over tokens is too narrow.
import { type Interval, tInterval } from '../../shared/statistics/interval.ts';
import { standardDeviation } from '../../shared/statistics/moments.ts';

export class SequenceMeans {
  /** Per layer, one mean a sequence. */
  readonly #means: number[][];
  readonly #context: number;

  constructor(layers: number, context: number) {
    this.#means = Array.from({ length: layers }, () => []);
    this.#context = context;
  }

  /** @param perToken [L, n], n a multiple of T: whole sequences, one after the other */
  add(perToken: ArrayLike<number>): void {
    const tokens = perToken.length / this.#means.length;
    for (const [layer, means] of this.#means.entries()) {
      for (let start = layer * tokens; start < (layer + 1) * tokens; start += this.#context) {
        let sum = 0;
        for (let token = start; token < start + this.#context; token++) sum += perToken[token]!;
        means.push(sum / this.#context);
      }
    }
  }

  get sequences(): number {
    return this.#means[0]?.length ?? 0;
  }

  /** Per layer s/√S, the cluster-robust standard error for clusters of equal size; NaN with fewer than two sequences. */
  standardErrors(): number[] {
    return this.#means.map((means) => (standardDeviation(means) ?? Number.NaN) / Math.sqrt(means.length));
  }

  /** Per layer Student's t interval with S − 1 degrees of freedom; null with fewer than two sequences. */
  intervals(level: number): (Interval | null)[] {
    return this.#means.map((means) => tInterval(means, level));
  }
}
