// Gini coefficient of the loads (Gini 1912, in its sorted form): Σᵢ (2i − E − 1)·xᵢ / (E·Σᵢ xᵢ), x sorted ascending, i from 1.
// 0 is perfect balance, 1 − K/E the worst, where K experts receive everything.

/** @param loads routed slots of each of one layer's E experts; 0 where nothing was routed at all */
export function gini(loads: readonly number[]): number {
  const E = loads.length;
  let weighted = 0;
  let total = 0;
  for (const [index, load] of loads.toSorted((a, b) => a - b).entries()) {
    weighted += (2 * (index + 1) - E - 1) * load;
    total += load;
  }
  return total === 0 ? 0 : weighted / (E * total);
}
