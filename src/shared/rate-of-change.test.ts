import { expect, test } from 'vitest';
import { ratesOfChange } from './rate-of-change.ts';

test('a rate is the difference to the evaluation before, per token between them', () => {
  const points = [
    { tokens: 0, value: 0.5 },
    { tokens: 100, value: 0.4 },
    { tokens: 300, value: 0.8 },
    { tokens: 300, value: 0.9 },
    { tokens: 400, value: null },
    { tokens: 500, value: 1 },
  ];
  const rates = ratesOfChange(points);
  expect(rates[1]).toBeCloseTo(-0.001, 12);
  expect(rates[2]).toBeCloseTo(0.002, 12);
  expect([rates[0], ...rates.slice(3)]).toEqual([null, null, null, null]);
  expect(ratesOfChange([])).toEqual([]);
});
