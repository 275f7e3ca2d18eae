import fc from 'fast-check';
import { expect, test } from 'vitest';
import { between, panned, valueAt, within, zoomed } from './viewport.ts';

test('a pixel is a value, on both scales', () => {
  expect(valueAt(50, [0, 10], [0, 100])).toBe(5);
  expect(valueAt(50, [1, 100], [0, 100], 'log')).toBeCloseTo(10, 12);
  expect(valueAt(0, [2, 8], [100, 0])).toBe(8);
});

test('zooming keeps the value under the pointer and never leaves the whole', () => {
  expect(zoomed([0, 100], [0, 100], 0.5, 25)).toEqual([12.5, 62.5]);
  expect(zoomed([10, 20], [0, 100], 100, 15)).toEqual([0, 100]);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 90, noNaN: true }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      (low, factor) => {
        const [from, to] = zoomed([low, low + 10], [0, 100], factor, low + 3);
        expect(from).toBeGreaterThanOrEqual(-1e-9);
        expect(to).toBeLessThanOrEqual(100 + 1e-9);
        expect(to).toBeGreaterThan(from);
      },
    ),
  );
});

test('panning stops at the ends', () => {
  expect(panned([10, 20], [0, 100], 0.5)).toEqual([15, 25]);
  expect(panned([10, 20], [0, 100], -5)).toEqual([0, 10]);
  expect(within([95, 105], [0, 100])).toEqual([90, 100]);
});

test('a brush that is too narrow chooses nothing', () => {
  expect(between(7, 3, 1)).toEqual([3, 7]);
  expect(between(7, 6.9, 1)).toBeNull();
});
