// Which experts are chosen together (OLMoE, 2409.02060 §5.2): N_ij tokens chose both i and j, N_i chose i. The co-activation of
// i with j is N_ij / N_i, which is not symmetric; the matrix here is.

/**
 * N_ij, row-major [E, E], with N_i on the diagonal.
 * @param chosen [N, K] expert ids of one layer, no expert twice in a row
 */
export function coActivation(chosen: Uint16Array, active: number, experts: number): Float64Array {
  const together = new Float64Array(experts * experts);
  for (let start = 0; start < chosen.length; start += active) {
    for (let i = start; i < start + active; i++) {
      for (let j = start; j < start + active; j++) together[chosen[i]! * experts + chosen[j]!]!++;
    }
  }
  return together;
}
