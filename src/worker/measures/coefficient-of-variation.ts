// Coefficient of variation of the loads: standard deviation / mean, the deviation over all E experts (divided by E, not
// E − 1: the experts are the whole population). Its square is the importance and load loss of 1701.06538.
// 0 is perfect balance, √(E/K − 1) the worst, where K experts receive everything.

/** @param loads routed slots of each of one layer's E experts; 0 where nothing was routed at all */
export function coefficientOfVariation(loads: readonly number[]): number {
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  if (mean === 0) return 0;
  const variance = loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / loads.length;
  return Math.sqrt(variance) / mean;
}
