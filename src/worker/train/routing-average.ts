// Sums up where the tokens of many batches were routed.
import type { RoutingMeasures } from '../../shared/worker-messages.ts';
import { addExpertCounts, emptyCounts } from '../measures/expert-counts.ts';
import { gini } from '../measures/gini.ts';
import { maxViolation } from '../measures/max-violation.ts';
import { type RouterOrthogonality, routerOrthogonality } from '../measures/router-orthogonality.ts';
import { SequenceUtilization } from '../measures/sequence-utilization.ts';
import { uniqueExperts, uniqueExpertsPooled } from '../measures/unique-experts.ts';

export class RoutingAverage {
  readonly #experts: number;
  readonly #counts: number[][];
  readonly #utilization: SequenceUtilization;
  readonly #entropies: number[];
  #tokens = 0;

  constructor(layers: number, experts: number) {
    this.#experts = experts;
    this.#counts = emptyCounts(layers, experts);
    this.#utilization = new SequenceUtilization(layers, experts);
    this.#entropies = new Array(layers).fill(0);
  }

  /** One batch: chosen int32 [L, N, K], the sequences in it, and each token's routing entropy [L, N]. */
  add(chosen: Int32Array, sequences: number, entropy: ArrayLike<number>): void {
    addExpertCounts(this.#counts, chosen);
    this.#utilization.add(chosen, sequences);
    const tokens = entropy.length / this.#entropies.length;
    for (let index = 0; index < entropy.length; index++)
      this.#entropies[Math.floor(index / tokens)]! += entropy[index]!;
    this.#tokens += tokens;
  }

  /** @param router gives one layer's R [D, E] */
  async measures(router: (layer: number) => Promise<Float32Array>): Promise<RoutingMeasures> {
    const orthogonality: RouterOrthogonality[] = [];
    for (let layer = 0; layer < this.#counts.length; layer++) {
      orthogonality.push(routerOrthogonality(await router(layer), this.#experts));
    }
    return {
      counts: this.#counts,
      uniqueExperts: uniqueExperts(this.#counts),
      uniqueExpertsPooled: uniqueExpertsPooled(this.#counts),
      sequenceExpertUtilization: this.#utilization.perLayer(),
      entropy: this.#entropies.map((sum) => sum / this.#tokens),
      maxViolation: this.#counts.map(maxViolation),
      gini: this.#counts.map(gini),
      orthogonalityMeanSquare: orthogonality.map(({ meanSquare }) => meanSquare),
      orthogonalityL1: orthogonality.map(({ l1 }) => l1),
    };
  }
}
