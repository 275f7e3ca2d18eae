import { describe, expect, test } from 'vitest';
import {
  meanSimilarity,
  meanSimilarityRate,
  minimumSimilarity,
  minimumSimilarityRate,
  pairwiseExpertSimilarity,
} from './expert-similarity.ts';
import { SimilarityAverage } from './similarity-average.ts';

test('PES is the mean over pairs i < j; the diagonal does not count', () => {
  const pairs = [1, 0.5, -0.25, 0.5, 1, 0.125, -0.25, 0.125, 1];
  expect(pairwiseExpertSimilarity(pairs, 3)).toBe((0.5 - 0.25 + 0.125) / 3);
  expect(pairwiseExpertSimilarity([1, 0.5, 0.5, 1], 2)).toBe(0.5);
  expect(pairwiseExpertSimilarity([1], 1)).toBeNaN();
});

test('mean and minimum over layers, and their rates per token trained', () => {
  const earlier = { tokens: 1000, pes: [0.5, 0.25] };
  const later = { tokens: 3000, pes: [0.25, 0.375] };
  expect(meanSimilarity(earlier.pes)).toBe(0.375);
  expect(minimumSimilarity(later.pes)).toBe(0.25);
  // Means 0.375 and 0.3125; minima 0.25 and 0.25, of different layers.
  expect(meanSimilarityRate(earlier, later)).toBe(-0.0625 / 2000);
  expect(minimumSimilarityRate(earlier, later)).toBe(0);
  expect(meanSimilarityRate(later, later)).toBeNull();
  expect(minimumSimilarityRate(later, earlier)).toBeNull();
});

describe('averages over batches', () => {
  const pair = (cosine: number) => [1, cosine, cosine, 1];

  test('two batches of 1 and 3 tokens, two layers', () => {
    const average = new SimilarityAverage(2, 2);
    average.add([...pair(0.5), ...pair(-1)], [0.5, -1]);
    average.add([...pair(0.25), ...pair(0)], [0, 0.25, 0.5, 0, 0, 0]);
    const { tokens, pes, standardError, minimum, pairs } = average.measures();
    expect(tokens).toBe(4);
    expect(pes).toEqual([(0.5 + 0.75) / 4, -0.25]);
    expect(minimum).toBe(-0.25);
    expect(pairs[0]).toEqual([
      [1, 0.3125],
      [0.3125, 1],
    ]);
    // Layer 0: 0.5, 0, 0.25, 0.5 around 0.3125; layer 1: −1, 0, 0, 0 around −0.25. √(sum of squares / 3 / 4).
    expect(standardError[0]).toBeCloseTo(Math.sqrt((2 * 0.1875 ** 2 + 0.3125 ** 2 + 0.0625 ** 2) / 12), 15);
    expect(standardError[1]).toBeCloseTo(Math.sqrt((0.75 ** 2 + 3 * 0.25 ** 2) / 12), 15);
  });

  test('a small spread on a large mean is not lost', () => {
    const average = new SimilarityAverage(1, 2);
    const values = Array.from({ length: 1000 }, (_, token) => 1 + (token % 2) * 1e-9);
    average.add(pair(1), values);
    // Sample deviation √(n/(n − 1))·0.5e-9, over √n.
    expect(average.measures().standardError[0]! / (0.5e-9 / Math.sqrt(999))).toBeCloseTo(1, 5);
  });

  test('one token has no standard error', () => {
    const average = new SimilarityAverage(1, 2);
    average.add(pair(0.5), [0.5]);
    expect(average.measures().standardError).toEqual([Number.NaN]);
  });
});
