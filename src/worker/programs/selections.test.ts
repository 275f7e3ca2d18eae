import { expect, test } from 'vitest';
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { onReference } from '../engine/reference/backend.ts';
import { tf } from '../engine/tf.ts';
import { type Selection, selectBest } from '../model/experts.ts';
import { aboveThreshold, cumulativeShare, dropTop, renormalised } from './selections.ts';

const probabilities = [0.15, 0.5, 0.05, 0.3];

/** The experts of one token that stay, best score first, with their gates; counts are of them alone. */
function selected(
  select: Selection,
  { renormalise = false, bias = [0, 0, 0, 0], active = 3, p = probabilities } = {},
): [expert: number, gate: number][] {
  const model = { active, renormalise } as ModelConfiguration;
  return onReference(() =>
    tf.tidy(() => {
      const row = tf.tensor2d([p]);
      const { routing, gates } = select(model, row, tf.add(row, tf.tensor2d([bias])), 0);
      const [chosen, weights] = [routing.chosen.dataSync(), gates.dataSync()];
      const pairs = Array.from(chosen, (expert, rank): [number, number] => [expert, round(weights[rank]!)]);
      const kept = pairs.filter(([, gate]) => gate > 0);
      expect([...routing.counts.dataSync()]).toEqual(p.map((_, expert) => +kept.some(([one]) => one === expert)));
      return kept;
    }),
  );
}

const round = (value: number) => Number(value.toFixed(6));

test('the best K', () => {
  expect(selected(selectBest)).toEqual([
    [1, 0.5],
    [3, 0.3],
    [0, 0.15],
  ]);
});

test('the best are masked, gates are those of the full softmax', () => {
  expect(selected(dropTop(1))).toEqual([
    [3, 0.3],
    [0, 0.15],
    [2, 0.05],
  ]);
  expect(selected(dropTop(2), { active: 1 })).toEqual([[0, 0.15]]);
});

test('with a bias, best is by p + b', () => {
  // 2 is the best by its bias, and is masked.
  expect(selected(dropTop(1), { active: 2, bias: [0, 0, 1, 0] })).toEqual([
    [1, 0.5],
    [3, 0.3],
  ]);
  // Chosen for its bias, and still of too small a probability.
  expect(selected(aboveThreshold(0.2, true), { active: 2, bias: [0, 0, 1, 0] })).toEqual([[1, 0.5]]);
});

test('a threshold drops what lies under it, and keeps what lies on it', () => {
  expect(selected(aboveThreshold(0.2, true))).toEqual([
    [1, 0.5],
    [3, 0.3],
  ]);
  expect(selected(aboveThreshold(0.5, false), { p: [0.5, 0.25, 0.125, 0.125] })).toEqual([[0, 0.5]]);
  expect(selected(aboveThreshold(1, true))).toEqual([[1, 0.5]]);
  expect(selected(aboveThreshold(1, false))).toEqual([]);
});

test('the most probable stay until they have the share of the sum', () => {
  // Of 0.95: 0.5 is 0.526, with 0.3 0.842.
  expect(selected(cumulativeShare(0.5))).toEqual([[1, 0.5]]);
  expect(selected(cumulativeShare(0.53)).map(([expert]) => expert)).toEqual([1, 3]);
  expect(selected(cumulativeShare(0.85)).map(([expert]) => expert)).toEqual([1, 3, 0]);
  expect(selected(cumulativeShare(1))).toEqual(selected(selectBest));
  // Of equal ones the earlier.
  expect(selected(cumulativeShare(0.3), { p: [0.25, 0.25, 0.25, 0.25] })).toEqual([[0, 0.25]]);
  // By probability, whatever the order by score.
  expect(selected(cumulativeShare(0.5), { bias: [1, 0, 0, 0] })).toEqual([[1, 0.5]]);
});

test('gates that stay are divided by their sum where asked for', () => {
  expect(selected(renormalised(aboveThreshold(0.2, true)))).toEqual([
    [1, 0.625],
    [3, 0.375],
  ]);
  expect(selected(renormalised(aboveThreshold(1, false)))).toEqual([]);
});

test('a model that renormalises divides by the sum over all K, unless those that stay are asked for', () => {
  expect(selected(aboveThreshold(0.2, true), { renormalise: true })).toEqual([
    [1, round(0.5 / 0.95)],
    [3, round(0.3 / 0.95)],
  ]);
  expect(selected(renormalised(aboveThreshold(0.2, true)), { renormalise: true })).toEqual([
    [1, 0.625],
    [3, 0.375],
  ]);
});
