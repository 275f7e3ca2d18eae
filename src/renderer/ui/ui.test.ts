import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexFor } from './arrow-keys.ts';
import { matching } from './matching.ts';
import { headAndTail, plain } from './plain.ts';
import { offsetsOf, windowOf } from './virtual.ts';
import { flops, interval, ordinal, rangeText, speedUpText } from './words.ts';

test('a name is short, on one line, and turns nothing around', () => {
  expect(plain('a\u202Eb\nc')).toBe('a\\u{202e}b\\u{a}c');
  expect([...plain('x'.repeat(10_000), 20)]).toHaveLength(21);
  expect(plain('😀'.repeat(300), 10)).toBe(`${'😀'.repeat(10)}…`);
});

test('a long name keeps its end in sight', () => {
  expect(headAndTail('none, seed 0')).toEqual({ head: 'none, seed 0', tail: '' });
  const { head, tail } = headAndTail('a study of routers with many words, SimBal, seed 12');
  expect(head + tail).toBe('a study of routers with many words, SimBal, seed 12');
  expect(tail).toBe(' SimBal, seed 12');
  expect(headAndTail(`${'x'.repeat(9990)}, seed 3`, 40).tail).toBe(' seed 3');
});

test('both parts of a name together are short, and turn nothing around', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), fc.integer({ min: 24, max: 120 }), (text, limit) => {
      const { head, tail } = headAndTail(text, limit);
      if (/^[\x20-\x7e]*$/.test(text)) {
        expect([...(head + tail)].length).toBeLessThanOrEqual(limit + 1);
        if ([...text].length <= limit) expect(head + tail).toBe(text);
        else expect(text.endsWith(tail)).toBe(true);
      }
      expect(head + tail).not.toMatch(/[\n\u202e]/);
    }),
  );
});

test('arrow keys walk in a circle', () => {
  expect([
    indexFor('ArrowDown', 2, 3),
    indexFor('ArrowUp', 0, 3),
    indexFor('Home', 2, 3),
    indexFor('End', 0, 3),
  ]).toEqual([0, 2, 0, 2]);
  expect([indexFor('ArrowUp', -1, 3), indexFor('ArrowDown', -1, 3)]).toEqual([2, 0]);
  expect([indexFor('a', 0, 3), indexFor('ArrowDown', -1, 0)]).toEqual([null, null]);
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
  expect(rangeText({ low: -0.07996, high: 0.07115 })).toBe('−0.080 to 0.071');
  expect(speedUpText({ reached: true, ratio: 0.64, half: null, pairs: 1 })).toBe('36% fewer tokens');
  expect(speedUpText({ reached: true, ratio: 0.004, half: null, pairs: 1 })).toBe('under 1% of the tokens');
  expect(speedUpText({ reached: true, ratio: 1, half: null, pairs: 1 })).toBe('as many tokens');
  expect(speedUpText({ reached: true, ratio: 1.1, half: 0.02, pairs: 3 })).toBe('10% ± 2% more tokens');
  expect(speedUpText({ reached: true, ratio: 0.95, half: 0.1, pairs: 3 })).toBe(
    'no clear difference: 5% ± 10% fewer tokens',
  );
  expect(speedUpText({ reached: false, pairs: 3, missed: 3 })).toBe('not reached');
  expect(speedUpText({ reached: false, pairs: 3, missed: 1 })).toBe('not reached in 1 of 3');
  expect(speedUpText({ reached: false, pairs: 1, missed: 1 }, false)).toBe('not yet reached');
});
