import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matching } from './matching.ts';
import { plain } from './plain.ts';
import { offsetsOf, windowOf } from './virtual.ts';
import { flops, interval, ordinal, speedUpText } from './words.ts';

test('a name is short, on one line, and turns nothing around', () => {
  expect(plain('a\u202Eb\nc')).toBe('a\\u{202e}b\\u{a}c');
  expect([...plain('x'.repeat(10_000), 20)]).toHaveLength(21);
  expect(plain('😀'.repeat(300), 10)).toBe(`${'😀'.repeat(10)}…`);
});

test('only rows in sight are drawn, and their places add up', () => {
  const offsets = offsetsOf(Array.from({ length: 1000 }, () => 36));
  expect(windowOf(offsets, 0, 720, 0)).toEqual({ start: 0, end: 21, before: 0, after: 36 * 979 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 60 }), fc.nat(4000), (heights, top) => {
      const places = offsetsOf(heights);
      const { start, end, before, after } = windowOf(places, top, 300);
      const shown = heights.slice(start, end).reduce((sum, height) => sum + height, 0);
      expect(before + shown + after).toBe(places.at(-1));
      for (const [index, height] of heights.entries()) {
        const inSight = places[index]! + height > top && places[index]! < top + 300;
        if (inSight) expect(index >= start && index < end).toBe(true);
      }
    }),
  );
});

test('typed letters find what they begin first', () => {
  const names = ['Restart', 'Start all', 'Theme: dark'];
  expect(matching('start', names, (name) => name)).toEqual(['Start all', 'Restart']);
  expect(matching('dark theme', names, (name) => name)).toEqual(['Theme: dark']);
  expect(matching('', names, (name) => name)).toEqual(names);
});

test('numbers in words', () => {
  expect([1, 2, 3, 11, 12, 22, 113].map(ordinal)).toEqual(['1st', '2nd', '3rd', '11th', '12th', '22nd', '113th']);
  expect(flops(3.53e12)).toBe('3.53 TFLOP');
  expect(interval({ mean: 13.691, half: 0.039 })).toBe('13.69 ± 0.039');
  expect(speedUpText({ reached: true, ratio: 0.64, half: null, pairs: 1 })).toBe('36% fewer tokens');
  expect(speedUpText({ reached: true, ratio: 1.1, half: 0.02, pairs: 3 })).toBe('10% ± 2% more tokens');
  expect(speedUpText({ reached: true, ratio: 0.95, half: 0.1, pairs: 3 })).toBe(
    'no clear difference: 5% ± 10% fewer tokens',
  );
  expect(speedUpText({ reached: false, pairs: 3, missed: 3 })).toBe('not reached');
  expect(speedUpText({ reached: false, pairs: 3, missed: 1 })).toBe('not reached in 1 of 3');
});
