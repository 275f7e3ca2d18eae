import { expect, test } from 'vitest';
import { meanInterval, seedMean } from './seed-mean.ts';

test('three values by hand: t(2) = 4.303', () => {
  const { mean, half } = meanInterval([1, 2, 3]);
  expect(mean).toBe(2);
  expect(half).toBeCloseTo(4.303 / Math.sqrt(3), 10);
  expect(meanInterval([7])).toEqual({ mean: 7, half: null });
  expect(meanInterval([7, 9])).toEqual({ mean: 8, half: null });
});

test('curves meet where all of them are, between points on straight lines', () => {
  const mean = seedMean([
    [
      [0, 0],
      [10, 10],
      [20, 20],
    ],
    [
      [5, 6],
      [20, 21],
    ],
    [
      [0, 2],
      [20, 22],
    ],
  ]);
  expect(mean.map(({ x, mean }) => [x, mean])).toEqual([
    [10, 11],
    [20, 21],
  ]);
  expect(mean.every(({ low, high, mean }) => low < mean && mean < high)).toBe(true);
});

test('a value that is not a number leaves its curve out there', () => {
  const [point] = seedMean([[[0, Number.NaN]], [[0, 4]]]);
  expect(point).toEqual({ x: 0, mean: 4, low: 4, high: 4, count: 1 });
  expect(seedMean([])).toEqual([]);
});
