// Where the mean of all seeds may lie, by Student's t: right where values scatter normally, and the usual choice for a handful.
import { mean, standardDeviation } from './moments.ts';
import { tQuantile } from './student-t.ts';

export type IntervalMethod = 't' | 'bootstrap-percentile';

export interface Interval {
  low: number;
  high: number;
  /** 0.95 */
  level: number;
  method: IntervalMethod;
}

/** A sample as a mean and what is known of its scatter. */
export interface SampleSummary {
  count: number;
  mean: number;
  /** Null with fewer than two values. */
  deviation: number | null;
  interval: Interval | null;
}

export const intervalNames: Readonly<Record<IntervalMethod, string>> = {
  t: 't interval',
  'bootstrap-percentile': 'percentile bootstrap interval',
};

/** Mean ± t · s/√n; null with fewer than two values. Two give it at its true width, nine standard deviations either way. */
export function tInterval(values: readonly number[], level = 0.95): Interval | null {
  const deviation = standardDeviation(values);
  if (deviation === null) return null;
  const half = (tQuantile(level, values.length - 1) * deviation) / Math.sqrt(values.length);
  const average = mean(values);
  return { low: average - half, high: average + half, level, method: 't' };
}

export const sampleSummary = (values: readonly number[]): SampleSummary => ({
  count: values.length,
  mean: mean(values),
  deviation: standardDeviation(values),
  interval: tInterval(values),
});

/**
 * Mean and half width of its 95% t interval, for charts and tables of single groups. Null width with fewer than three
 * values: the interval of two is about thirteen times their standard error, and hides what it is of.
 */
export function meanInterval(values: readonly number[]): { mean: number; half: number | null } {
  const interval = values.length < 3 ? null : tInterval(values);
  return { mean: mean(values), half: interval && (interval.high - interval.low) / 2 };
}
