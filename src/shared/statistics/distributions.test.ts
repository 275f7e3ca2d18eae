import { describe, expect, test } from 'vitest';
import { bootstrapInterval } from './bootstrap.ts';
import { philox2x32, uniform } from './counter-generator.ts';
import { holm } from './holm.ts';
import { meanInterval, tInterval } from './interval.ts';
import { mean, median, medianAbsoluteDeviation, standardDeviation } from './moments.ts';
import { tProbability, tQuantile } from './student-t.ts';

test('moments by hand', () => {
  expect(mean([1, 2, 6])).toBe(3);
  // Departures −2, −1, 3: squares 14 over 2.
  expect(standardDeviation([1, 2, 6])).toBe(Math.sqrt(7));
  expect(standardDeviation([5])).toBeNull();
  // Their mean is 1.6000000000000003.
  expect(standardDeviation([1.6, 1.6, 1.6])).toBe(0);
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  // From 3: 2, 1, 0, 1, 97.
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 100])).toBe(1);
});

describe('Student’s t', () => {
  // Published two-sided quantiles; digits beyond the tables' from the regularised incomplete beta function at 25 digits.
  test.each([
    [0.95, 1, 12.70620474],
    [0.95, 2, 4.30265273],
    [0.95, 3, 3.182446305],
    [0.95, 4, 2.776445105],
    [0.95, 5, 2.570581836],
    [0.95, 9, 2.262157163],
    [0.95, 10, 2.228138852],
    [0.95, 30, 2.042272456],
    [0.95, 60, 2.000297822],
    [0.95, 120, 1.979930405],
    [0.9, 7, 1.894578605],
    [0.9, 20, 1.724718243],
    [0.99, 1, 63.65674116],
    [0.99, 4, 4.604094871],
    [0.99, 30, 2.749995654],
  ])('level %d, %d degrees of freedom: %d', (level, degrees, quantile) => {
    expect(tQuantile(level, degrees) / quantile).toBeCloseTo(1, 9);
    expect(tProbability(quantile, degrees)).toBeCloseTo(1 - level, 9);
  });

  test('one and two degrees have closed forms', () => {
    expect(tProbability(1, 1)).toBeCloseTo(0.5, 14);
    expect(tProbability(-Math.SQRT2, 2)).toBeCloseTo(1 - Math.SQRT2 / 2, 14);
    expect(tProbability(0, 6)).toBe(1);
    expect(tProbability(Number.POSITIVE_INFINITY, 5)).toBe(0);
  });

  test('with many degrees it is the normal one', () => {
    expect(tQuantile(0.95, 1_000_001)).toBeCloseTo(1.959966, 5);
  });

  test('intervals: mean ± t · s/√n', () => {
    const { low, high } = tInterval([1, 2, 3])!;
    expect([(low + high) / 2, (high - low) / 2]).toEqual([2, expect.closeTo(4.30265273 / Math.sqrt(3), 8)]);
    expect(tInterval([7])).toBeNull();
    expect(meanInterval([1, 2, 3])).toEqual({ mean: 2, half: expect.closeTo(4.30265273 / Math.sqrt(3), 8) });
    expect(meanInterval([7, 9])).toEqual({ mean: 8, half: null });
  });
});

test('Philox 2×32-10 gives the known answers of its authors', () => {
  expect(philox2x32([0, 0], 0)).toEqual([0xff1dae59, 0x6cd10df2]);
  expect(philox2x32([0xffffffff, 0xffffffff], 0xffffffff)).toEqual([0x2c3f628b, 0xab4fd7ad]);
  expect(philox2x32([0x243f6a88, 0x85a308d3], 0x13198a2e)).toEqual([0xdd7ce038, 0xf62a4c12]);
});

test('uniform numbers fill their range, whatever was drawn before', () => {
  const drawn = Array.from({ length: 4000 }, (_, index) => uniform(3, index));
  expect(mean(drawn)).toBeCloseTo(0.5, 1);
  expect(standardDeviation(drawn)).toBeCloseTo(Math.sqrt(1 / 12), 1);
  expect(uniform(3, 3999)).toBe(drawn[3999]);
  expect(uniform(4, 0)).not.toBe(drawn[0]);
});

describe('the percentile bootstrap', () => {
  const values = [2, 4, 4, 5, 7, 9, 10, 12, 15, 19];

  test('is the same each time, lies within the values and is about the t interval', () => {
    const interval = bootstrapInterval(values)!;
    expect(bootstrapInterval(values)).toEqual(interval);
    expect(bootstrapInterval(values, { seed: 1 })).not.toEqual(interval);
    const student = tInterval(values)!;
    expect(interval.low).toBeGreaterThan(student.low - 1);
    expect(interval.low).toBeLessThan(mean(values));
    expect(interval.high).toBeLessThan(student.high + 1);
  });

  test('of two values is between their extremes: a resample is both or one of them twice', () => {
    expect(bootstrapInterval([1, 3])).toMatchObject({ low: 1, high: 3, method: 'bootstrap-percentile' });
    expect(bootstrapInterval([1])).toBeNull();
  });

  test('of any statistic', () => {
    const { low, high } = bootstrapInterval(values, { statistic: median, level: 0.5 })!;
    expect(low).toBeLessThanOrEqual(8);
    expect(high).toBeGreaterThanOrEqual(8);
  });
});

test('Holm’s correction by hand', () => {
  // Ascending 0.01·4, 0.02·3, 0.03·2 (raised to the one before), 0.2·1.
  expect(holm([0.02, 0.2, 0.01, 0.03])).toEqual([0.06, 0.2, 0.04, 0.06]);
  expect(holm([0.6, null, 0.7])).toEqual([1, null, 1]);
  expect(holm([])).toEqual([]);
});
