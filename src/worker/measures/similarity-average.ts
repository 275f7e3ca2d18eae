// Averages pairwise expert similarity over the batches of one evaluation, with its standard error over tokens.
import type { SimilarityMeasures } from '../../shared/worker-messages.ts';
import { minimumSimilarity, pairwiseExpertSimilarity } from './expert-similarity.ts';

export class SimilarityAverage {
  #tokens = 0;
  readonly #experts: number;
  /** Per layer: token-weighted sums of the pairs [E, E]; mean and sum of squared deviations of the tokens' PES. */
  readonly #pairs: Float64Array[];
  readonly #mean: number[];
  readonly #squares: number[];

  constructor(layers: number, experts: number) {
    this.#experts = experts;
    this.#pairs = Array.from({ length: layers }, () => new Float64Array(experts * experts));
    this.#mean = new Array(layers).fill(0);
    this.#squares = new Array(layers).fill(0);
  }

  /**
   * One batch of n tokens.
   * @param pairs float32 [L, E, E], the batch's mean cosine of each pair
   * @param perToken float32 [L, n], each token's PES
   */
  add(pairs: ArrayLike<number>, perToken: ArrayLike<number>): void {
    const layers = this.#pairs.length;
    const tokens = perToken.length / layers;
    for (const [layer, sums] of this.#pairs.entries()) {
      for (let pair = 0; pair < sums.length; pair++) sums[pair]! += tokens * pairs[layer * sums.length + pair]!;
      // Welford's update: a sum of squares would lose the small variance beside the mean.
      let count = this.#tokens;
      for (let token = 0; token < tokens; token++) {
        const value = perToken[layer * tokens + token]!;
        const departure = value - this.#mean[layer]!;
        this.#mean[layer]! += departure / ++count;
        this.#squares[layer]! += departure * (value - this.#mean[layer]!);
      }
    }
    this.#tokens += tokens;
  }

  /**
   * The standard error is √(sample variance / tokens); it takes tokens as independent, which those of one sequence are
   * not quite, so it is a lower bound. NaN with fewer than two tokens.
   */
  measures(): SimilarityMeasures {
    const tokens = this.#tokens;
    const E = this.#experts;
    const means = this.#pairs.map((sums) => sums.map((sum) => sum / tokens));
    const pes = means.map((pairs) => pairwiseExpertSimilarity(pairs, E));
    return {
      tokens,
      pes,
      standardError: this.#squares.map((squares) => Math.sqrt(squares / (tokens - 1) / tokens)),
      minimum: minimumSimilarity(pes),
      pairs: means.map((pairs) => Array.from({ length: E }, (_, row) => [...pairs.subarray(row * E, (row + 1) * E)])),
    };
  }
}
