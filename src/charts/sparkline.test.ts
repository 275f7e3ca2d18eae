import { expect, test } from 'vitest';
import type { XY } from './extremes.ts';
import { sparkline, thinned } from './sparkline.ts';

test('from the upper left to the lower right, with room for what is to come', () => {
  expect(
    sparkline(
      [
        [0, 2],
        [10, 1],
      ],
      100,
      20,
      20,
    ),
  ).toBe('M0.0 1.0L50.0 19.0');
  expect(sparkline([[0, 2]], 100, 20)).toBe('');
  expect(
    sparkline(
      [
        [0, 2],
        [1, Number.NaN],
      ],
      100,
      20,
    ),
  ).toBe('');
});

test('thinning keeps the ends and every extreme', () => {
  const points = Array.from({ length: 5000 }, (_, x): XY => [x, x === 1234 ? 99 : Math.sin(x)]);
  const kept = thinned(points, 50);
  expect(kept.length).toBeLessThanOrEqual(4 * 51);
  expect(kept[0]).toEqual(points[0]);
  expect(kept.at(-1)).toEqual(points.at(-1));
  expect(kept).toContainEqual([1234, 99]);
});
