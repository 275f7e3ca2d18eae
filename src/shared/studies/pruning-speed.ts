// How many times as fast as the unpruned model a pruned one is, with its spread.
import type { Quartiles, Throughput } from './pruning.ts';

/**
 * Each pass over the one beside it: what slows the machine for a while slows both. Results without it are from before it was
 * measured; theirs is of the medians, between the bounds that the quartiles of the two leave.
 */
export const speedRatio = ({ ratio, tokensPerSecond: own, unpruned }: Throughput): Quartiles =>
  ratio ?? { median: own.median / unpruned.median, low: own.low / unpruned.high, high: own.high / unpruned.low };
