import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluationCount,
  evaluationSteps,
  isEvaluationStep,
  measuresSimilarity,
  similarityCount,
} from './evaluation-schedule.ts';
import type { EvaluationConfiguration } from './schema.ts';

const base: EvaluationConfiguration = {
  every: 50,
  denseUntil: 100,
  tokens: 1,
  similarityEvery: 3,
  similarityTokens: 1,
};

describe('the schedule', () => {
  it('is dense early, then even, and ends with the last step', () => {
    expect([...evaluationSteps(base, 220)]).toEqual([0, 10, 20, 40, 50, 80, 100, 150, 200, 220]);
    expect([...evaluationSteps({ ...base, denseUntil: 0 }, 120)]).toEqual([0, 50, 100, 120]);
    expect([...evaluationSteps({ ...base, denseUntil: 25 }, 60)]).toEqual([0, 3, 6, 12, 24, 50, 60]);
    expect([...evaluationSteps({ ...base, denseUntil: 8 }, 60)]).toEqual([0, 1, 2, 4, 8, 50, 60]);
    expect([...evaluationSteps(base, 15)]).toEqual([0, 10, 15]);
  });

  it('measures PES at every third evaluation, the first and the last', () => {
    const measured = [...evaluationSteps(base, 220)].filter((step) => measuresSimilarity(base, step, 220));
    expect(measured).toEqual([0, 40, 100, 220]);
    expect(measuresSimilarity(base, 1, 220)).toBe(false);
    expect(measuresSimilarity({ ...base, similarityTokens: 0 }, 0, 220)).toBe(false);
  });

  it('agrees with itself however it is asked', () => {
    const configuration = fc.record({
      every: fc.integer({ min: 1, max: 70 }),
      denseUntil: fc.nat(400),
      tokens: fc.constant(1),
      similarityEvery: fc.integer({ min: 1, max: 9 }),
      similarityTokens: fc.nat(1),
    });
    fc.assert(
      fc.property(configuration, fc.nat(300), (evaluation, last) => {
        const steps = [...evaluationSteps(evaluation, last)];
        const range = Array.from({ length: last + 2 }, (_, step) => step);
        expect(steps).toEqual(range.filter((step) => isEvaluationStep(evaluation, step, last)));
        expect(evaluationCount(evaluation, last)).toBe(steps.length);
        const measured = range.filter((step) => measuresSimilarity(evaluation, step, last));
        const wanted = steps.filter((_, i) => i % evaluation.similarityEvery === 0 || i === steps.length - 1);
        expect(measured).toEqual(evaluation.similarityTokens ? wanted : []);
        expect(similarityCount(evaluation, last)).toBe(measured.length);
      }),
    );
  });

  it('counts a thousand million evaluations without making them', () => {
    expect(evaluationCount({ ...base, every: 1 }, 1e9)).toBe(1e9 + 1);
  });
});
