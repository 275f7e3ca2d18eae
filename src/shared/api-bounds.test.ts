// What a page may ask for at once: no answer of gigabytes.
import { expect, test } from 'vitest';
import { calls } from './api.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `run${index}`);
const metrics = (count: number) => Array.from({ length: count }, (_, index) => `metric${index}`);

test.each([
  [
    calls.metrics.series,
    { runs: ids(100), metrics: metrics(1), resolution: 5000 },
    { runs: ids(100), metrics: metrics(32), resolution: 5000 },
  ],
  [calls.comparison.get, { runs: ids(100), resolution: 1000 }, { runs: ids(100), resolution: 10_000 }],
  [calls.imports.points, { curves: ids(100), resolution: 20_000 }, { curves: ids(100), resolution: 100_000 }],
])('what all curves of one answer have together is bounded', ({ input }, possible, tooMuch) => {
  expect(input.safeParse(possible).success).toBe(true);
  const { error } = input.safeParse(tooMuch);
  expect(error?.issues).toMatchObject([
    { path: ['resolution'], message: expect.stringMatching(/ask for fewer curves/) },
  ]);
});

test('without a resolution the points of a curve are not all of them', () => {
  expect(calls.imports.points.input.parse({ curves: ['a'] })).toEqual({ curves: ['a'], resolution: 1000 });
});
