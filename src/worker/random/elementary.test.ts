import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosineAndSine, logarithm } from './elementary.ts';

test('the logarithm is that of Math to rounding', () => {
  // Each may be off by a unit in the last place, which is ε of a number just above a power of two.
  fc.assert(
    fc.property(fc.double({ min: 2 ** -53, max: 1, noNaN: true }), (x) => {
      expect(Math.abs(logarithm(x) - Math.log(x))).toBeLessThanOrEqual(2 * Number.EPSILON * Math.max(1, -Math.log(x)));
    }),
  );
  expect(logarithm(1)).toBe(0);
});

test('cosine and sine are those of Math to rounding, and exact at the quarters', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (turn) => {
      const [cosine, sine] = cosineAndSine(turn);
      expect(cosine).toBeCloseTo(Math.cos(2 * Math.PI * turn), 14);
      expect(sine).toBeCloseTo(Math.sin(2 * Math.PI * turn), 14);
    }),
  );
  expect([0, 0.25, 0.5, 0.75].map((turn) => cosineAndSine(turn).map((x) => x + 0))).toEqual([
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ]);
});
