import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterOrder, reordered } from './expert-order.ts';

test('blocks that belong together stand side by side', () => {
  const block = [0, 1, 2, 0, 1, 2];
  const values = Array.from({ length: 36 }, (_, at) => (block[Math.floor(at / 6)] === block[at % 6] ? 0.9 : 0.1));
  const order = clusterOrder(values, 6);
  expect(order.map((expert) => block[expert])).toEqual([0, 0, 1, 1, 2, 2].map((_, at) => block[order[at]!]));
  for (const pair of [0, 2, 4]) expect(block[order[pair]!]).toBe(block[order[pair + 1]!]);
});

test('any matrix gives an order of all experts, the same each time', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 0, max: 9 })
        .chain((E) =>
          fc.tuple(
            fc.constant(E),
            fc.array(fc.oneof(fc.double(), fc.constant(1)), { minLength: E * E, maxLength: E * E }),
          ),
        ),
      ([E, values]) => {
        const order = clusterOrder(values, E);
        expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: E }, (_, expert) => expert));
        expect(clusterOrder(values, E)).toEqual(order);
      },
    ),
  );
});

test('a matrix in another order', () => {
  expect([...reordered([1, 2, 3, 4], [1, 0])]).toEqual([4, 3, 2, 1]);
});
