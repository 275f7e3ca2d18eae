import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { permute } from './permutation.ts';

test('every size from 1 to 1000 is permuted onto itself', () => {
  for (let size = 1; size <= 1000; size++) {
    const seen = new Uint8Array(size);
    for (let i = 0; i < size; i++) seen[permute(i, size, [size, 7])]!++;
    expect(seen.every((count) => count === 1)).toBe(true);
  }
});

test('a large range: places stay inside and no two of a sample meet', () => {
  const size = 1_000_000_000;
  const places = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    const place = permute(i * 49_999, size, [1, 2]);
    expect(place >= 0 && place < size).toBe(true);
    places.add(place);
  }
  expect(places.size).toBe(20_000);
});

test('the place is a pure function of index, size and key, and the key matters', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 2 ** 31 }), fc.nat(), fc.nat(), (size, a, b) => {
      const order = (key: [number, number]) => Array.from({ length: 20 }, (_, i) => permute(i, size, key));
      expect(order([a, b])).toEqual(order([a, b]));
      expect(order([a, b])).not.toEqual(order([a, b ^ 1]));
    }),
    { numRuns: 50 },
  );
});

test('a shuffle leaves few in their place and spreads the first over the range', () => {
  const size = 1000;
  let fixed = 0;
  let sum = 0;
  for (let key = 0; key < 200; key++) {
    fixed += permute(500, size, [key, 0]) === 500 ? 1 : 0;
    sum += permute(0, size, [key, 0]);
  }
  expect(fixed).toBeLessThan(10);
  expect(Math.abs(sum / 200 - 499.5)).toBeLessThan(100);
});

test.each([
  [0, 0],
  [5, 5],
  [-1, 5],
  [0.5, 5],
  [0, 2 ** 53],
])('index %d of size %d is refused', (index, size) => {
  expect(() => permute(index, size, [0, 0])).toThrow(RangeError);
});
