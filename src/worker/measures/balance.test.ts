import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coefficientOfVariation, loadRange } from '../../shared/load-spread.ts';
import { addExpertCounts, emptyCounts } from './expert-counts.ts';
import { gini } from './gini.ts';
import { maxViolation } from './max-violation.ts';
import { SequenceUtilization } from './sequence-utilization.ts';
import { uniqueExperts, uniqueExpertsPooled } from './unique-experts.ts';

// L 2, B 2, T 2, K 2, E 4. Layer 0: tokens choose {0,1} {0,1} | {0,2} {1,0}; layer 1: {3,2} {2,3} | {3,2} {3,2}.
const chosen = Int32Array.of(0, 1, 0, 1, 0, 2, 1, 0, 3, 2, 2, 3, 3, 2, 3, 2);

test('expert counts', () => {
  const counts = emptyCounts(2, 4);
  addExpertCounts(counts, chosen);
  expect(counts).toEqual([
    [4, 3, 1, 0],
    [0, 0, 4, 4],
  ]);
  addExpertCounts(counts, Int32Array.of(3, 3, 0, 1));
  expect(counts).toEqual([
    [4, 3, 1, 2],
    [1, 1, 4, 4],
  ]);
});

test('unique experts, per layer and pooled', () => {
  const counts = [
    [4, 3, 1, 0],
    [0, 0, 4, 4],
  ];
  expect(uniqueExperts(counts)).toEqual([3, 2]);
  expect(uniqueExpertsPooled(counts)).toBe(5);
});

test('sequence utilization', () => {
  const utilization = new SequenceUtilization(2, 4);
  expect(utilization.perLayer()).toEqual([Number.NaN, Number.NaN]);
  utilization.add(chosen, 2);
  // Layer 0: the sequences use {0,1} and {0,1,2}: (2/4 + 3/4)/2. Layer 1: {2,3} both: 2/4.
  expect(utilization.perLayer()).toEqual([0.625, 0.5]);
  // One more sequence, of one token with K 4, uses all: (0.5 + 0.75 + 1)/3 and (0.5 + 0.5 + 1)/3.
  utilization.add(Int32Array.of(0, 1, 2, 3, 3, 2, 1, 0), 1);
  expect(utilization.perLayer()).toEqual([2.25 / 3, 2 / 3]);
});

describe('loads 4, 3, 1, 0: mean 2', () => {
  const loads = [4, 3, 1, 0];
  test('MaxVio: (4 − 2)/2', () => expect(maxViolation(loads)).toBe(1));
  // Sorted 0, 1, 3, 4 with weights −3, −1, 1, 3: (−1 + 3 + 12)/(4·8).
  test('Gini: 14/32', () => expect(gini(loads)).toBe(14 / 32));
  // Squared departures 4, 1, 1, 4: variance 10/4.
  test('CV: √2.5/2', () => expect(coefficientOfVariation(loads)).toBe(Math.sqrt(2.5) / 2));
  test('range', () => expect(loadRange(loads)).toEqual({ minimum: 0, maximum: 4, dead: 1 }));
});

test('perfect balance, collapse on one of four experts, and no load at all', () => {
  for (const measure of [maxViolation, gini, coefficientOfVariation]) {
    expect(measure([3, 3, 3, 3])).toBe(0);
    expect(measure([0, 0, 0, 0])).toBe(0);
    expect(measure([5])).toBe(0);
  }
  expect(maxViolation([0, 8, 0, 0])).toBe(3);
  expect(gini([0, 8, 0, 0])).toBe(3 / 4);
  expect(coefficientOfVariation([0, 8, 0, 0])).toBeCloseTo(Math.sqrt(3), 12);
});

test('Gini is the mean absolute difference of all pairs over twice the mean', () => {
  const loads = fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 }).filter((all) => all.some((load) => load > 0));
  fc.assert(
    fc.property(loads, (all) => {
      const E = all.length;
      const mean = all.reduce((sum, load) => sum + load, 0) / E;
      const differences = all.flatMap((a) => all.map((b) => Math.abs(a - b))).reduce((sum, d) => sum + d, 0);
      expect(gini(all)).toBeCloseTo(differences / (2 * E * E * mean), 10);
    }),
  );
});
