import { expect, test } from 'vitest';
import { Smoothing, smoothed } from './smoothing.ts';

test('no half-life changes nothing', () => {
  const points = [[0, 1] as const, [1, 5] as const];
  expect(smoothed(points, 0)).toBe(points);
});

test('by hand: one half-life later a value counts half', () => {
  expect(
    smoothed(
      [
        [0, 3],
        [1, 9],
      ],
      1,
    ),
  ).toEqual([
    [0, 3],
    [1, (3 * 0.5 + 9) / 1.5],
  ]);
});

test('a constant stays one, and a hole is a hole', () => {
  const points = [0, 1, 5, 6, 100].map((x) => [x, x === 5 ? Number.NaN : 2] as const);
  expect(smoothed(points, 3).map(([, y]) => y)).toEqual([2, 2, Number.NaN, 2, 2]);
});

test('how densely points lie does not matter', () => {
  const dense = Array.from({ length: 2001 }, (_, index) => [index / 10, Math.sin(index / 500)] as const);
  const sparse = dense.filter((_, index) => index % 10 === 0);
  expect(smoothed(dense, 20).at(-1)![1]).toBeCloseTo(smoothed(sparse, 20).at(-1)![1], 1);
});

test('a curve that grows is smoothed on, in the same array', () => {
  const points = Array.from({ length: 50 }, (_, x) => [x, x === 20 ? Number.NaN : Math.sin(x)] as const);
  const growing = points.slice(0, 7);
  const smoothing = new Smoothing(4);
  const made = smoothing.extend(growing);
  growing.push(...points.slice(7));
  expect(smoothing.extend(growing)).toBe(made);
  expect(made).toEqual(smoothed(points, 4));
});
