// The differences of pairs as one: their mean, its 95% t interval, and whether it tells them from chance. Both runs of a pair
// share their seeds, so what a seed does to both is no part of the scatter.
import { type Interval, tInterval } from './interval.ts';
import { mean, standardDeviation } from './moments.ts';
import { tProbability } from './student-t.ts';

/** 'unclear': the interval holds zero, or one pair has none. */
export type Sign = 'lower' | 'higher' | 'unclear';

export interface PairedDifference {
  count: number;
  mean: number;
  /** Of the single differences; null with one. */
  deviation: number | null;
  interval: Interval | null;
  /** Two-sided, of the paired t test; null with one pair. */
  pValue: number | null;
  sign: Sign;
}

/** @param differences one a pair, run − baseline; null without any */
export function pairedDifference(differences: readonly number[], level = 0.95): PairedDifference | null {
  const count = differences.length;
  if (count === 0) return null;
  const average = mean(differences);
  const deviation = standardDeviation(differences);
  const interval = tInterval(differences, level);
  const error = deviation === null ? null : deviation / Math.sqrt(count);
  return {
    count,
    mean: average,
    deviation,
    interval,
    pValue: error === null ? null : average === 0 ? 1 : tProbability(average / error, count - 1),
    sign: interval && interval.high < 0 ? 'lower' : interval && interval.low > 0 ? 'higher' : 'unclear',
  };
}
