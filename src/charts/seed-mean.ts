// Runs that differ in their seeds alone, as one curve: the mean, and the interval in which the mean of all seeds lies with
// 95% confidence if runs scatter normally (Student's t). It says nothing of fewer than three runs: the interval of two is
// about thirteen times their standard error, and hides what it is of.
import type { XY } from './extremes.ts';

export interface MeanPoint {
  x: number;
  mean: number;
  /** Equal to the mean where fewer than three runs are there. */
  low: number;
  high: number;
  /** Runs that it is the mean of. */
  count: number;
}

/** Two-sided 95% quantiles for 1 to 30 degrees of freedom; the normal one beyond. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Mean and half width of its 95% interval; null width with fewer than three values. */
export function meanInterval(values: readonly number[]): { mean: number; half: number | null } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 3) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { mean, half: (quantiles[count - 2] ?? 1.96) * Math.sqrt(variance / count) };
}

/**
 * Curves in ascending x as one, at the x of the curve with the most points, where all of them are defined; straight lines
 * between points. Values that are not finite leave their curve out at that x.
 */
export function seedMean(curves: readonly (readonly XY[])[]): MeanPoint[] {
  const drawn = curves.filter((curve) => curve.length > 0);
  if (drawn.length === 0) return [];
  const from = Math.max(...drawn.map((curve) => curve[0]![0]));
  const to = Math.min(...drawn.map((curve) => curve.at(-1)![0]));
  const densest = drawn.reduce((most, curve) => (curve.length > most.length ? curve : most));
  const read = drawn.map(reader);
  return densest.flatMap(([x]) => {
    if (x < from || x > to) return [];
    const values = read.map((at) => at(x)).filter(Number.isFinite);
    if (values.length === 0) return [];
    const { mean, half } = meanInterval(values);
    return [{ x, mean, low: mean - (half ?? 0), high: mean + (half ?? 0), count: values.length }];
  });
}

/** A curve's value at ascending x. */
function reader(curve: readonly XY[]): (x: number) => number {
  let index = 0;
  return (x) => {
    while (index + 1 < curve.length && curve[index + 1]![0] <= x) index += 1;
    const [before, after] = [curve[index]!, curve[index + 1]];
    if (!after || x <= before[0]) return before[1];
    return before[1] + ((after[1] - before[1]) * (x - before[0])) / (after[0] - before[0]);
  };
}
