import { expect, test } from 'vitest';
import type { LensPart } from '../../../shared/studies/lens.ts';
import { changeText, chosenAt, comparable, differences, layersThatDiffer, lossChange } from './lens-tokens.ts';

const lens = (chosen: number[], more: Partial<LensPart> = {}): LensPart => ({
  step: 1,
  tokens: [
    { id: 97, text: 'a' },
    { id: 98, text: 'b' },
  ],
  cut: 0,
  layers: 2,
  active: 2,
  losses: Float64Array.from([1, Number.NaN]),
  predicted: [
    { id: 97, text: 'a' },
    { id: 97, text: 'a' },
  ],
  chosen: Int32Array.from(chosen),
  probabilities: Float64Array.from(chosen, (_, at) => 0.5 - at / 100),
  ...more,
});
const a = lens([0, 1, 2, 3, 4, 5, 6, 7]);
const b = lens([1, 0, 3, 9, 4, 5, 8, 9], { losses: Float64Array.from([0.5, 2]) });

test('the experts of a token, and which the other side has too', () => {
  expect(chosenAt(a, 0, 1, b)).toEqual([
    { expert: 2, probability: 0.48, shared: false },
    { expert: 3, probability: 0.47, shared: true },
  ]);
  expect(chosenAt(a, 1, 1, null).map(({ shared }) => shared)).toEqual([true, true]);
});

test('differences are of sets, not of their order', () => {
  const shares = differences(a, b);
  expect([...shares]).toEqual([0, 0.5, 0, 1]);
  expect([layersThatDiffer(shares, 2, 0), layersThatDiffer(shares, 2, 1)]).toEqual([0, 2]);
});

test('only the same tokens in equally many layers can be compared', () => {
  expect(comparable(a, b)).toBe(true);
  expect(comparable(a, lens([0, 1, 2, 3], { layers: 1 }))).toBe(false);
  expect(
    comparable(a, {
      ...b,
      tokens: [
        { id: 97, text: 'a' },
        { id: 99, text: 'c' },
      ],
    }),
  ).toBe(false);
});

test('the change of the loss, where both have one', () => {
  expect([lossChange(a, b, 0), lossChange(a, b, 1)]).toEqual([-0.5, null]);
  expect([changeText(-0.5), changeText(0.314), changeText(0.001)]).toEqual(['−0.50', '+0.31', '0.00']);
});
