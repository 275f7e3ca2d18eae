// Pearson's correlation: how nearly two lists of numbers lie on a straight line.
import { mean } from '../../shared/statistics/moments.ts';

/** −1 to 1, of two lists of equal length; null where one of them does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | null {
  // By the values themselves: the mean of equal numbers may differ from them in its last bit.
  if (!varies(a) || !varies(b)) return null;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - meanA, b[index]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

const varies = (values: readonly number[]): boolean => values.some((value) => value !== values[0]);
