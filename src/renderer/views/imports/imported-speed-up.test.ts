import { expect, test } from 'vitest';
import { speedUpAgainst } from './imported-speed-up.ts';

const theirs = { x: new Float64Array([1, 2, 4]), values: new Float64Array([4, 3, 2]) };
const ours = (...losses: number[]) =>
  losses.map((loss, index) => ({ tokens: 100 * (index + 1), seconds: index, loss }));

test('tokens that ours need for their final loss, over theirs', () => {
  expect(speedUpAgainst(theirs, 100, [ours(3, 2, 1)])).toEqual({ loss: 2, tokenRatio: 0.5, reached: 1, runs: 1 });
});

test('the mean over the runs that reach it, and how many do', () => {
  expect(speedUpAgainst(theirs, 100, [ours(3, 2), ours(3, 2.5, 2.2, 2), ours(3, 2.5)])).toEqual({
    ...{ loss: 2, tokenRatio: 0.75, reached: 2, runs: 3 },
  });
  expect(speedUpAgainst(theirs, 100, [ours(3)])).toMatchObject({ tokenRatio: null, reached: 0 });
});

test('nothing where nothing was measured', () => {
  expect(speedUpAgainst(theirs, 100, [[]])).toBeNull();
  expect(speedUpAgainst({ x: new Float64Array([0]), values: new Float64Array([1]) }, 100, [ours(3)])).toBeNull();
});
