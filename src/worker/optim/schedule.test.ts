import { describe, expect, test } from 'vitest';
import { ruleFixture } from '../../../test/fixtures.ts';
import { learningRateAt } from './schedule.ts';

test.each(ruleFixture('schedule'))('the schedule of $training', ({ training, learningRates }) => {
  expect(learningRates.data.length).toBe(training.steps);
  for (const [index, expected] of learningRates.data.entries()) {
    expect(learningRateAt(index + 1, training)).toBeCloseTo(expected, 15);
  }
});

describe('by hand: peak 8, warm-up over 4 of 8 steps from a half, down to a quarter', () => {
  const schedule = { steps: 8, learningRate: 8, finalFraction: 0.25, warmupSteps: 4, warmupFraction: 0.5 };
  test.each([
    [1, 5],
    [4, 8],
    [6, 5],
    [8, 2],
  ])('step %d has %d', (step, rate) => expect(learningRateAt(step, schedule)).toBeCloseTo(rate, 12));
});

test('without a warm-up, and with a warm-up as long as the run', () => {
  const schedule = { steps: 4, learningRate: 1, finalFraction: 0, warmupSteps: 0, warmupFraction: 0 };
  expect([1, 2, 3, 4].map((step) => learningRateAt(step, schedule))[3]).toBeCloseTo(0, 12);
  expect(learningRateAt(4, { ...schedule, warmupSteps: 4 })).toBe(1);
});
