import { expect, test } from 'vitest';
import { clipScale } from './clip.ts';

test.each([
  [4, 1, 0.25],
  [0.5, 1, 1],
  [1, 1, 1],
  [100, 0, 1],
  [0, 1, 1],
])('a norm of %d under a limit of %d is multiplied by %d', (norm, clip, scale) => {
  expect(clipScale(norm, clip)).toBe(scale);
});
