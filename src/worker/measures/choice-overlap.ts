// How much of each token's set of experts is the same in two routings. With the last checkpoint as the other it is OLMoE's
// router saturation (2409.02060 §5.1); 1 − it between neighbouring checkpoints is the switch rate.

/**
 * Mean over tokens of |A ∩ B| / K, 0 to 1; NaN without tokens. Two routings drawn at random share K/E.
 * @param a, b [N, K] expert ids of one layer, no expert twice in a row
 */
export function choiceOverlap(a: Uint16Array, b: Uint16Array, active: number): number {
  let shared = 0;
  for (let start = 0; start < a.length; start += active) {
    for (let i = start; i < start + active; i++) {
      for (let j = start; j < start + active; j++) if (a[i] === b[j]) shared++;
    }
  }
  return shared / a.length;
}
