import { expect, test } from 'vitest';
import { measureCard } from '../../../shared/measures/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import {
  balanceMeasures,
  comparedMeasure,
  comparedMeasures,
  maxViolation,
  measurePoints,
  minimumPesRate,
  pesRate,
  uniqueExpertsPooled,
} from './measures.ts';

const at = (tokens: number, pes: number[] | null): Evaluation =>
  ({
    step: tokens / 10,
    tokens,
    routing: null,
    similarity: pes && { pes, minimum: Math.min(...pes) },
  }) as unknown as Evaluation;

test('a rate is the change between measurements per token trained, at the later one', () => {
  const evaluations = [at(0, [0.3, 0.5]), at(50, null), at(100, [0.1, 0.3]), at(200, [0.1, 0.2])];
  const step = ({ step }: Evaluation) => step;
  expect(measurePoints(pesRate, evaluations, step)).toEqual([
    [10, expect.closeTo(-0.002, 12)],
    [20, expect.closeTo(-0.0005, 12)],
  ]);
  expect(measurePoints(minimumPesRate, evaluations, step).map(([, rate]) => rate)).toEqual([
    expect.closeTo(-0.002, 12),
    0,
  ]);
  expect(measurePoints(pesRate, [at(0, [1])], step)).toEqual([]);
});

test('a dense model has no measures of routing', () => {
  for (const measure of [...balanceMeasures, uniqueExpertsPooled])
    expect(measurePoints(measure, [at(0, null)], () => 0)).toEqual([]);
});

test('every compared measure has a card, which says which way is good', () => {
  for (const measure of comparedMeasures) expect(measureCard(measure.key)?.key).toBe(measure.key);
  expect(comparedMeasure(maxViolation)).toMatchObject({ key: 'max-violation', unit: '', better: 'lower' });
});
