// How many routed slots each expert of each layer received. Counts of many batches add up.

/**
 * counts[layer][expert] += number of slots of `chosen` that name the expert; a token takes K slots of a layer.
 * @param chosen int32 [L, N, K], expert ids of 0 to E − 1
 * @param counts L × E, changed in place; start from `emptyCounts`
 */
export function addExpertCounts(counts: number[][], chosen: Int32Array): void {
  const slots = chosen.length / counts.length;
  for (const [layer, loads] of counts.entries()) {
    for (let slot = layer * slots; slot < (layer + 1) * slots; slot++) loads[chosen[slot]!]!++;
  }
}

/** L × E zeros. */
export const emptyCounts = (layers: number, experts: number): number[][] =>
  Array.from({ length: layers }, () => new Array<number>(experts).fill(0));
