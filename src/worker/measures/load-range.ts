// The extremes of one layer's loads. An expert is dead when not one token of the data chose it.

export interface LoadRange {
  /** Routed slots. */
  minimum: number;
  maximum: number;
  /** Number of experts with no slot. */
  dead: number;
}

/** @param loads routed slots of each of one layer's E experts */
export const loadRange = (loads: readonly number[]): LoadRange => ({
  minimum: Math.min(...loads),
  maximum: Math.max(...loads),
  dead: loads.filter((load) => load === 0).length,
});
