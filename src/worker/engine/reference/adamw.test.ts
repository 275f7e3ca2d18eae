import { expect, test } from 'vitest';
import { adamW } from './adamw.ts';

const settings = {
  learningRate: 0.1,
  weightDecay: 0.5,
  decayOn: 'all',
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 0.5,
  gradientScale: 1,
} as const;

const held = (parameter: number, gradient: number) => ({
  parameter: Float64Array.of(parameter),
  gradient: Float64Array.of(gradient),
  firstMoment: Float64Array.of(0),
  secondMoment: Float64Array.of(0),
});

test('two steps by hand', () => {
  const moments = held(1, 2);
  adamW(moments, { ...settings, step: 1 }, true);
  // m = 0.2, v = 0.2; unbiased 2 and 4; 1·0.95 − 0.1·2/(√4 + 0.5) = 0.95 − 0.08.
  expect(moments.firstMoment[0]).toBeCloseTo(0.2, 14);
  expect(moments.secondMoment[0]).toBeCloseTo(0.2, 14);
  expect(moments.parameter[0]).toBeCloseTo(0.87, 14);

  moments.gradient[0] = -1;
  adamW(moments, { ...settings, step: 2 }, true);
  // m = 0.18 − 0.1 = 0.08, v = 0.19 + 0.05 = 0.24; unbiased by 1 − 0.81 = 0.19 and 1 − 0.9025 = 0.0975.
  expect(moments.firstMoment[0]).toBeCloseTo(0.08, 14);
  expect(moments.secondMoment[0]).toBeCloseTo(0.24, 14);
  const step = (0.1 * (0.08 / 0.19)) / (Math.sqrt(0.24 / 0.0975) + 0.5);
  expect(moments.parameter[0]).toBeCloseTo(0.87 * 0.95 - step, 14);
});

test('without decay, and with the gradient scaled down', () => {
  const moments = held(1, 8);
  adamW(moments, { ...settings, step: 1, gradientScale: 0.25 }, false);
  expect(moments.parameter[0]).toBeCloseTo(1 - 0.08, 14);
});

test('a zero gradient only decays', () => {
  const moments = held(4, 0);
  adamW(moments, { ...settings, step: 1 }, true);
  expect(moments.parameter[0]).toBeCloseTo(3.8, 14);
});
