import { expect, test } from 'vitest';
import type { RoutingPart } from '../../../shared/studies/routing.ts';
import { expertsByVocabulary, specialisationByLayer } from './vocabulary.ts';

const top = [{ token: 97, text: 'a', count: 3, share: 0.5 }];
const one = { specialisation: Float64Array.from([0.2, Number.NaN, 0.4, Number.NaN, NaN, NaN]), top: [[top, [], top]] };
const part = { layers: 2, experts: 3, vocabulary: { input: one } } as unknown as RoutingPart;

test('experts of a layer, the most specialised first and those without tokens last', () => {
  expect(expertsByVocabulary(part, 'input', 0).map(({ expert, top }) => [expert, top.length])).toEqual([
    [2, 1],
    [0, 1],
    [1, 0],
  ]);
  expect(expertsByVocabulary(part, 'input', 1).every(({ top }) => top.length === 0)).toBe(true);
});

test('the mean over the experts of a layer that have tokens', () => {
  const [first, second] = specialisationByLayer(part, 'input');
  expect(first).toBeCloseTo(0.3);
  expect(second).toBeNull();
});
