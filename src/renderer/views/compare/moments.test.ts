import { expect, test } from 'vitest';
import { configurationFromPreset } from '../../../shared/config/index.ts';
import { atStep, momentOf, stepNear, tokensPerStep } from './moments.ts';

test('the step nearest to the crosshair', () => {
  const moments = [
    { x: 0, step: 0 },
    { x: 100, step: 10 },
    { x: 240, step: 20 },
  ];
  expect([-5, 49, 51, 170, 171, 9000].map((at) => stepNear(moments, at))).toEqual([0, 0, 10, 10, 20, 20]);
  expect(stepNear([], 1)).toBeNull();
});

test('the newest at or before a step, else the first', () => {
  const all = [{ step: 10 }, { step: 20 }];
  expect([5, 10, 19, 99].map((step) => atStep(all, step)!.step)).toEqual([10, 10, 10, 20]);
  expect(atStep([], 5)).toBeUndefined();
});

test('a step’s tokens are as configured, and its time lies between evaluations, or beyond them at the pace of the last', () => {
  const configuration = configurationFromPreset('nano', {
    corpus: 'c',
    model: { context: 100 },
    training: { batch: 2, accumulate: 3 },
  });
  const evaluations = [
    { step: 0, tokens: 0, seconds: 0 },
    { step: 10, tokens: 6000, seconds: 30 },
    { step: 20, tokens: 12_000, seconds: 50 },
  ];
  expect(tokensPerStep(configuration)).toBe(600);
  const seconds = [0, 5, 15, 30].map((step) => momentOf(step, configuration, evaluations).seconds);
  expect(seconds).toEqual([0, 15, 40, 70]);
  expect(momentOf(7, configuration, [])).toEqual({ step: 7, tokens: 4200, seconds: 0 });
});
