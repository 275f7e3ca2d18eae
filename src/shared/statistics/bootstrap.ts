// The percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13): the statistic of many
// samples drawn from the values with replacement, and the middle share of what they give. It assumes no shape of the scatter.
// With few values it is too narrow (three pairs have ten different resamples): beside a t interval it is a check, no better one.
import { uniform } from './counter-generator.ts';
import type { Interval } from './interval.ts';
import { mean } from './moments.ts';

export interface BootstrapOptions {
  statistic?: (values: readonly number[]) => number;
  level?: number;
  resamples?: number;
  /** The same seed gives the same interval. */
  seed?: number;
}

/** Null with fewer than two values. */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions = {}): Interval | null {
  const { statistic = mean, level = 0.95, resamples = 2000, seed = 0 } = options;
  const count = values.length;
  if (count < 2) return null;
  const statistics = Float64Array.from({ length: resamples }, (_, resample) =>
    statistic(values.map((_, draw) => values[Math.floor(uniform(seed, resample * count + draw) * count)]!)),
  ).sort();
  return {
    low: quantile(statistics, (1 - level) / 2),
    high: quantile(statistics, (1 + level) / 2),
    level,
    method: 'bootstrap-percentile',
  };
}

/** Of ascending values, on straight lines between them. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (place - below) * (high - low);
}
