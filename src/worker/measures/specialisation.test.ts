import { expect, test } from 'vitest';
import { choiceOverlap } from './choice-overlap.ts';
import { coActivation } from './co-activation.ts';
import { domainSlots } from './domain-slots.ts';
import { indexTokens, tokensOfExpert, tokenTable } from './token-table.ts';
import { topTokens, vocabularySpecialisation } from './vocabulary-specialisation.ts';

// Three tokens, K = 2 of E = 4.
const chosen = Uint16Array.of(0, 1, 1, 0, 2, 1);

test('overlap counts experts, not their order', () => {
  expect(choiceOverlap(chosen, chosen, 2)).toBe(1);
  expect(choiceOverlap(chosen, Uint16Array.of(1, 0, 0, 1, 1, 2), 2)).toBe(1);
  expect(choiceOverlap(chosen, Uint16Array.of(2, 3, 2, 3, 0, 3), 2)).toBe(0);
  expect(choiceOverlap(chosen, Uint16Array.of(0, 3, 2, 3, 1, 2), 2)).toBe(3 / 6);
});

test('co-activation has every pair, and the loads on its diagonal', () => {
  expect([...coActivation(chosen, 2, 4)]).toEqual([2, 2, 0, 0, 2, 3, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
});

test('domain slots', () => {
  expect([...domainSlots(chosen, 2, Int32Array.of(1, 0, 1), 4, 2)]).toEqual([1, 1, 1, 2, 0, 1, 0, 0]);
});

test('the index of tokens', () => {
  const index = indexTokens(Int32Array.of(900, 3, 900));
  expect(index).toEqual({ ids: Int32Array.of(3, 900), places: Int32Array.of(1, 0, 1), totals: Uint32Array.of(1, 2) });
  const table = tokenTable(chosen, 2, index, 4);
  expect([...tokensOfExpert(table, 0)]).toEqual([1, 1]);
  expect([...tokensOfExpert(table, 1)]).toEqual([1, 2]);
  expect([...tokensOfExpert(table, 2)]).toEqual([0, 1]);
});

test('vocabulary specialisation by hand', () => {
  const table = tokenTable(chosen, 2, indexTokens(Int32Array.of(900, 3, 900)), 4);
  // Expert 0 has token 3 to itself and half of 900; expert 2 half of 900; expert 3 nothing.
  expect([...vocabularySpecialisation(table)]).toEqual([(1 + 0.5) / 2, 1, 0.5, Number.NaN]);
});

test('a router that does not look at the token has its load as specialisation', () => {
  const ids = Int32Array.from({ length: 6000 }, (_, token) => token % 10);
  // Every expert takes each token equally often: one slot in four.
  const blind = Uint16Array.from({ length: 6000 }, (_, token) => Math.floor(token / 10) % 4);
  const values = vocabularySpecialisation(tokenTable(blind, 1, indexTokens(ids), 4));
  for (const value of values) expect(value).toBeCloseTo(0.25, 12);
});

test('top tokens: a token that comes often goes before one seen once', () => {
  const ids = Int32Array.of(7, 5, 5, 5, 5, 5, 5, 5, 5, 9, 9);
  const mine = Uint16Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1);
  const table = tokenTable(mine, 1, indexTokens(ids), 2);
  expect(topTokens(table, 0, 5)).toEqual([
    { token: 5, count: 7, share: 7 / 8 },
    { token: 7, count: 1, share: 1 },
  ]);
  expect(topTokens(table, 0, 1)).toHaveLength(1);
  expect(topTokens(table, 1, 5).map(({ token }) => token)).toEqual([9, 5]);
});
