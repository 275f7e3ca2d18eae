import { expect, test } from 'vitest';
import { type RouterReading, routerReading, sentenceOfOne, sentenceOfTwo } from './scale-or-direction.ts';

const reading = (
  label: string,
  meanSquare: number,
  direction: number,
  lengths: number | null = 0.5,
): RouterReading => ({ label, meanSquare, direction, lengths, chance: 0.01 });

test('means over layers, the part of lengths, and what chance gives', () => {
  const orthogonality = { l1: [1, 2], meanSquare: [0.1, 0.3], direction: [0.01, 0.03] };
  const norms = [
    [1, 1, 1, 1],
    [1, 1, 1, Math.sqrt(3)],
  ];
  const { lengths, ...rest } = routerReading('a', { experts: 4, orthogonality, norms }, 16);
  expect(rest).toEqual({ label: 'a', meanSquare: 0.2, direction: 0.02, chance: 3 / 64 });
  // (3 − 1)² / 16 in one of two layers, of 0.2.
  expect(lengths).toBeCloseTo(0.125 / 0.2, 12);
});

test('one router: where its distance comes from, and how its directions compare with chance', () => {
  expect(sentenceOfOne(reading('a', 0.06, 0.009, 0.99))).toMatch(
    /mostly scale: 99% of that is lengths other than 1\. .* about as orthogonal as random ones/,
  );
  expect(sentenceOfOne(reading('a', 2e-5, 2e-5, 0.1))).toMatch(/mostly direction: .* more orthogonal than/);
  expect(sentenceOfOne(reading('a', 0.06, 0.03))).toMatch(/scale and direction both: .* less orthogonal/);
  expect(sentenceOfOne(reading('a', 0, 0, null))).toMatch(/It is orthonormal\./);
});

test('two routers: whether the difference is scale or direction', () => {
  const far = reading('LBL', 0.03, 0.02);
  expect(sentenceOfTwo(reading('SimBal', 3e-5, 2e-5), far)).toMatch(
    /^SimBal is 1 000 times nearer to orthonormal than LBL, and at unit length 1 000 times nearer too: the difference is direction, not scale alone\.$/,
  );
  expect(sentenceOfTwo(far, reading('b', 3e-4, 0.021))).toMatch(/about as near: the difference is scale\.$/);
  expect(sentenceOfTwo(far, reading('b', 3e-4, 0.2))).toMatch(/10 times farther: the difference is scale\.$/);
  expect(sentenceOfTwo(far, reading('b', 3e-3, 0.006))).toMatch(/the difference is scale and direction\.$/);
  expect(sentenceOfTwo(far, reading('b', 0.031, 0.021))).toMatch(/about equally far from orthonormal, in scale/);
  expect(sentenceOfTwo(far, reading('b', 0.031, 0.002))).toMatch(/directions of b are 10\.0 times nearer/);
  expect(sentenceOfTwo(far, reading('b', 0, 0))).toMatch(/cannot be compared/);
});
