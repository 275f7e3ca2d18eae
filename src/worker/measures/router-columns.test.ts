import { expect, test } from 'vitest';
import { correlation } from './correlation.ts';
import { columnNorms, routerDrift, unitColumns } from './router-columns.ts';
import { SequenceMeans } from './sequence-means.ts';

// Columns (3, 4), (0, 0) and (0, 2).
const router = Float32Array.of(3, 0, 0, 4, 0, 2);

test('lengths and directions of columns', () => {
  expect(columnNorms(router, 3)).toEqual([5, 0, 2]);
  expect([...unitColumns(router, 3)]).toEqual([0.6, 0, 0, 0.8, 0, 1]);
});

test('drift: scaling turns nothing, and a turned column moves without growing', () => {
  const before = Float32Array.of(1, 0, 0, 1);
  expect(routerDrift(before, before, 2)).toEqual({ relative: 0, cosine: 1 });
  expect(routerDrift(before, Float32Array.of(3, 0, 0, 3), 2)).toEqual({ relative: 2, cosine: 1 });
  expect(routerDrift(before, Float32Array.of(0, 1, 1, 0), 2)).toEqual({ relative: Math.SQRT2, cosine: 0 });
});

test('correlation', () => {
  expect(correlation([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 12);
  expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  expect(correlation([1, 2, 3, 4], [1, -1, -1, 1])).toBe(0);
  expect(correlation([1, 2, 3], [0.1, 0.1, 0.1])).toBeNull();
});

test('means of sequences, over batches and layers', () => {
  const means = new SequenceMeans(2, 2);
  expect(means.sequences).toBe(0);
  means.add([1, 3, 5, 7, 0, 0, 0, 0]);
  means.add([9, 11, 0, 0]);
  expect(means.sequences).toBe(3);
  // 2, 6 and 10: a deviation of 4.
  expect(means.standardErrors()).toEqual([4 / Math.sqrt(3), 0]);
  const [interval, none] = means.intervals(0.95);
  // t with 2 degrees of freedom.
  expect(interval!.high - 6).toBeCloseTo((4.302653 * 4) / Math.sqrt(3), 5);
  expect(6 - interval!.low).toBeCloseTo(interval!.high - 6, 12);
  expect([none!.low, none!.high]).toEqual([0, 0]);
});

test('one sequence has no interval', () => {
  const means = new SequenceMeans(1, 4);
  means.add([1, 2, 3, 4]);
  expect(means.standardErrors()).toEqual([Number.NaN]);
  expect(means.intervals(0.95)).toEqual([null]);
});
