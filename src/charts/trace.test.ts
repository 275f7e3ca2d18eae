import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepExtremes, type XY } from './extremes.ts';
import { trace } from './trace.ts';

function traced(points: readonly XY[]): XY[][] {
  const parts: XY[][] = [];
  trace(points, 0, points.length, {
    x: (value) => value,
    y: (value) => value,
    holds: ([, y]) => Number.isFinite(y),
    to(x, y, first) {
      if (first) parts.push([]);
      parts.at(-1)!.push([x, y]);
    },
  });
  return parts;
}

test('the same pixels as keepExtremes, whatever the points', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: 0, max: 20, noNaN: true }), fc.integer({ min: -9, max: 9 })), {
        maxLength: 80,
      }),
      (points) => {
        const ascending = points.toSorted(([a], [b]) => a - b);
        expect(traced(ascending).flat()).toEqual(keepExtremes(ascending));
      },
    ),
  );
});

test('a value that cannot be drawn is a gap', () => {
  expect(
    traced([
      [0, 1],
      [1, Number.NaN],
      [2, 3],
      [2.5, 4],
    ]),
  ).toEqual([
    [[0, 1]],
    [
      [2, 3],
      [2.5, 4],
    ],
  ]);
  expect(traced([[0, Number.NaN]])).toEqual([]);
});
