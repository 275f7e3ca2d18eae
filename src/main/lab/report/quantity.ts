// Numbers over seeds, as a table has them: the mean, and from three values on the half width of its 95% interval by Student's t.
import { significant } from '../../../charts/index.ts';
import { meanInterval } from '../../../shared/statistics/index.ts';
import type { Quantity } from './document.ts';

export const missing = '–';

/** Values that are null or not finite are left out, and `count` says how many are there. */
export function quantity(
  values: readonly (number | null | undefined)[],
  format: (value: number) => string = (value) => significant(value),
): Quantity {
  const there = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (there.length === 0) return { text: missing, value: null, low: null, high: null, count: 0 };
  const { mean, half: measured } = meanInterval(there);
  // Equal values scatter by rounding alone.
  const half = measured !== null && measured < 1e-12 * Math.abs(mean) ? 0 : measured;
  return {
    text: half === null ? format(mean) : `${format(mean)} ± ${significant(half, 2)}`,
    value: mean,
    low: half === null ? null : mean - half,
    high: half === null ? null : mean + half,
    count: there.length,
  };
}

export const single = (value: number | null | undefined, format?: (value: number) => string) =>
  quantity([value], format);
