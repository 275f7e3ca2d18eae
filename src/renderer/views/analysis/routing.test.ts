import { expect, test } from 'vitest';
import { strongestPairs, togetherShares } from './co-activation.ts';
import { domainMaps } from './domain-shares.ts';

// Three experts, two layers; in layer 1 expert 0 has four tokens, two of them with expert 1, and expert 2 has none.
const together = Float64Array.from([...new Array(9).fill(1), 4, 2, 0, 2, 2, 0, 0, 0, 0]);
const part = { together, experts: 3, tokens: 8 };

test('co-activation is a share of the row, of itself nothing', () => {
  expect([...togetherShares(part, 1)]).toEqual([NaN, 0.5, 0, 1, NaN, 0, NaN, NaN, NaN]);
});

test('pairs that some token uses, the strongest first, with what chance would give', () => {
  expect(strongestPairs(part, 1)).toEqual([{ experts: [0, 1], tokens: 2, shares: [0.5, 1], lift: 2 }]);
  const graded = Float64Array.from([4, 1, 3, 1, 4, 2, 3, 2, 4]);
  expect(strongestPairs({ together: graded, experts: 3, tokens: 8 }, 0).map(({ experts }) => experts)).toEqual([
    [0, 2],
    [1, 2],
    [0, 1],
  ]);
});

test('shares of a domain, and beyond the uniform one', () => {
  const domains = { names: ['prose', 'code'], tokens: [4, 0], slots: Float64Array.from([4, 0, 0, 0, 2, 0, 2, 0]) };
  const [prose, code] = domainMaps({ domains, layers: 2, experts: 2 }, 1);
  expect([...prose!.shares]).toEqual([1, 0, 0.5, 0.5]);
  expect([...prose!.beyond]).toEqual([0.5, -0.5, 0, 0]);
  expect([...code!.shares]).toEqual([NaN, NaN, NaN, NaN]);
});
