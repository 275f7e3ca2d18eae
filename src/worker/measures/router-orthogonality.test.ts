import { expect, test } from 'vitest';
import { routerOrthogonality } from './router-orthogonality.ts';

test('orthonormal columns', () => {
  const identity = Float32Array.of(1, 0, 0, 1, 0, 0);
  const { gram, meanSquare, l1 } = routerOrthogonality(identity, 2);
  expect([...gram]).toEqual([1, 0, 0, 1]);
  expect(meanSquare).toBe(0);
  expect(l1).toBe(0);
});

test('by hand: columns (1, 3, 0) and (2, −1, 1)', () => {
  const { gram, meanSquare, l1 } = routerOrthogonality(Float32Array.of(1, 2, 3, -1, 0, 1), 2);
  expect([...gram]).toEqual([10, -1, -1, 6]);
  // G − I = [9, −1; −1, 5].
  expect(l1).toBe(16);
  expect(meanSquare).toBe((81 + 1 + 1 + 25) / 4);
});

test('a zero router is at the distance of the identity', () => {
  const { meanSquare, l1 } = routerOrthogonality(new Float32Array(5 * 3), 3);
  expect(l1).toBe(3);
  expect(meanSquare).toBe(3 / 9);
});

test('one expert', () => {
  expect(routerOrthogonality(Float32Array.of(3, 4), 1)).toMatchObject({ l1: 24, meanSquare: 576 });
});
