import { expect, test } from 'vitest';
import type { XY } from './extremes.ts';
import { SeedMean } from './seed-mean.ts';

test('curves meet where all of them are, between points on straight lines', () => {
  const { points, band } = new SeedMean([
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
  ]).extend();
  expect(points).toEqual([
    [10, 11],
    [20, 21],
  ]);
  expect(band.map(([x]) => x)).toEqual([10, 20]);
  expect(band.every(([, low, high], index) => low < points[index]![1] && points[index]![1] < high)).toBe(true);
});

test('a value that is not a number leaves its curve out there', () => {
  expect(new SeedMean([[[0, Number.NaN]], [[0, 4]]]).extend()).toEqual({ points: [[0, 4]], band: [] });
  expect(new SeedMean([]).extend()).toEqual({ points: [], band: [] });
});

test('curves that grow give the mean that they would have given at once, in the same arrays', () => {
  const value = (curve: number, x: number): XY => [x, Math.sin(x + curve) + curve];
  const all = [0, 1, 2].map((curve) => Array.from({ length: 40 - curve }, (_, x) => value(curve, x)));
  const growing = all.map((curve) => curve.slice(0, 5));
  const mean = new SeedMean(growing);
  const { points } = mean.extend();
  expect(points).toHaveLength(5);
  for (const [curve, points] of growing.entries()) points.push(...all[curve]!.slice(5, 12 + 3 * curve));
  expect(mean.extend().points).toBe(points);
  expect(points).toHaveLength(12);
  for (const [curve, points] of growing.entries()) points.push(...all[curve]!.slice(points.length));
  expect(mean.extend()).toEqual(new SeedMean(all).extend());
});

test('other curves, or one that has begun, are not those that it is of', () => {
  const [a, b]: [XY[], XY[]] = [[[0, 1]], []];
  const mean = new SeedMean([a, b]);
  expect(mean.isOf([a, b])).toBe(true);
  expect(mean.isOf([[...a], b])).toBe(false);
  b.push([0, 2]);
  expect(mean.isOf([a, b])).toBe(false);
});
