// How one layer's routed slots spread over its E experts, from the counts of an evaluation.
import { mean } from './statistics/index.ts';

/**
 * Coefficient of variation: standard deviation / mean, the deviation over all E experts (divided by E, not E − 1: the experts are the
 * whole population). Its square is the importance and load loss of 1701.06538. 0 is perfect balance, √(E/K − 1) the worst, where K
 * experts receive everything; 0 too where nothing was routed at all.
 */
export function coefficientOfVariation(loads: readonly number[]): number {
  const average = mean(loads);
  if (average === 0) return 0;
  return Math.sqrt(mean(loads.map((load) => (load - average) ** 2))) / average;
}

export interface LoadRange {
  /** Routed slots. */
  minimum: number;
  maximum: number;
  /** Experts that not one token chose. */
  dead: number;
}

export const loadRange = (loads: readonly number[]): LoadRange => ({
  minimum: Math.min(...loads),
  maximum: Math.max(...loads),
  dead: loads.filter((load) => load === 0).length,
});
