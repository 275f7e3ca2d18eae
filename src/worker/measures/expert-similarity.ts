// Pairwise expert similarity, PES (2506.14038): for one token x, 2/(E(E − 1))·Σ_{i<j} cos(fᵢ(x), fⱼ(x)) over all E experts,
// averaged over tokens. Lower is less redundant; Min PES is the minimum over layers. The cosines themselves are computed by
// the similarity program.

/** PES of one layer from the mean cosine of each pair, row-major [E, E]: the mean over i < j. NaN where E is 1. */
export function pairwiseExpertSimilarity(pairs: ArrayLike<number>, experts: number): number {
  let sum = 0;
  for (let i = 0; i < experts; i++) {
    for (let j = i + 1; j < experts; j++) sum += pairs[i * experts + j]!;
  }
  return (2 * sum) / (experts * (experts - 1));
}

export const minimumSimilarity = (pes: readonly number[]): number => Math.min(...pes);

export const meanSimilarity = (pes: readonly number[]): number =>
  pes.reduce((sum, value) => sum + value, 0) / pes.length;

/** PES per layer, and the tokens that had been trained on when it was measured. */
export interface SimilarityPoint {
  tokens: number;
  pes: readonly number[];
}

/** Change per token trained of the mean over layers (Fig. 3b); null where no token was trained in between. */
export const meanSimilarityRate = (earlier: SimilarityPoint, later: SimilarityPoint): number | null =>
  ratePerToken(meanSimilarity, earlier, later);

/** Change per token trained of Min PES (Fig. 5); null where no token was trained in between. */
export const minimumSimilarityRate = (earlier: SimilarityPoint, later: SimilarityPoint): number | null =>
  ratePerToken(minimumSimilarity, earlier, later);

function ratePerToken(measure: (pes: readonly number[]) => number, earlier: SimilarityPoint, later: SimilarityPoint) {
  const tokens = later.tokens - earlier.tokens;
  return tokens > 0 ? (measure(later.pes) - measure(earlier.pes)) / tokens : null;
}
