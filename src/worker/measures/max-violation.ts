// MaxVio, maximal violation of balance (2408.15664): (max load − mean load) / mean load. 0 is perfect balance, E/K − 1
// the worst, where K experts receive everything. Over the validation set it is MaxVio global, over one batch MaxVio batch.

/** @param loads routed slots of each of one layer's E experts; 0 where nothing was routed at all */
export function maxViolation(loads: readonly number[]): number {
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  return mean === 0 ? 0 : (Math.max(...loads) - mean) / mean;
}
