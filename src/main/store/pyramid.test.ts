import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketWidth, cover, factor, levelWithin, topLevel, widthOf } from './pyramid.ts';

const range = fc.tuple(fc.nat(3_000_000), fc.nat(3_000_000)).map(([from, length]) => ({ from, to: from + length }));

test('the rows that cover a range follow one another, exactly from its first step to its last', () => {
  fc.assert(
    fc.property(range, fc.integer({ min: 0, max: topLevel }), ({ from, to }, level) => {
      let next = from;
      for (const stretch of cover(level, from, to)) {
        expect(stretch.level).toBeLessThanOrEqual(level);
        expect(stretch.first * widthOf(stretch.level)).toBe(next);
        next = (stretch.last + 1) * widthOf(stretch.level);
      }
      expect(next).toBe(to + 1);
    }),
  );
  expect(cover(3, 5, 4)).toEqual([]);
});

test('only the ends of a range are read below its level: at most one stretch each way and level', () => {
  expect(cover(2, 0, factor ** 2 - 1)).toEqual([{ level: 2, first: 0, last: 0 }]);
  expect(cover(2, 15, 2 * factor ** 2)).toEqual([
    { level: 0, first: 15, last: 15 },
    { level: 1, first: 1, last: 15 },
    { level: 2, first: 1, last: 1 },
    { level: 0, first: 512, last: 512 },
  ]);
});

test('buckets are the narrowest power of two that keeps within the resolution', () => {
  const count = (from: number, to: number, width: number) => Math.floor(to / width) - Math.floor(from / width) + 1;
  fc.assert(
    fc.property(range, fc.integer({ min: 2, max: 5000 }), ({ from, to }, resolution) => {
      const width = bucketWidth(from, to, resolution);
      expect(Number.isInteger(Math.log2(width))).toBe(true);
      expect(count(from, to, width)).toBeLessThanOrEqual(resolution);
      if (width > 1) expect(count(from, to, width / 2)).toBeGreaterThan(resolution);
      expect(width % widthOf(levelWithin(width))).toBe(0);
    }),
  );
  expect([1, 8, 16, 128, 256, 2 ** 40].map(levelWithin)).toEqual([0, 0, 1, 1, 2, topLevel]);
});
