import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LossPoint } from './equal-loss.ts';
import { isotonic } from './isotonic.ts';
import { speedUpOverSeeds } from './over-seeds.ts';

const run = (secondsPerToken: number, ...points: [tokens: number, loss: number][]): LossPoint[] =>
  points.map(([tokens, loss]) => ({ tokens, loss, seconds: tokens * secondsPerToken }));
const losses = (points: readonly LossPoint[]) => points.map(({ loss }) => loss);

describe('isotonic regression', () => {
  test('by hand: neighbours that rise are pooled, also over several', () => {
    expect(losses(isotonic(run(1, [0, 10], [1, 4], [2, 6], [3, 3])))).toEqual([10, 5, 5, 3]);
    // 4, 3, 8: 3 and 8 pool to 5.5, above 4, so all three to 5.
    expect(losses(isotonic(run(1, [0, 4], [1, 3], [2, 8])))).toEqual([5, 5, 5]);
    expect(losses(isotonic(run(1, [2, 1], [0, 3], [1, Number.NaN])))).toEqual([3, 1]);
  });

  test('never rises, keeps the mean, and leaves a falling curve alone', () => {
    const drawn = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(drawn, (values) => {
        const fitted = losses(isotonic(run(1, ...values.map((loss, at): [number, number] => [at, loss]))));
        for (const [index, loss] of fitted.entries())
          if (index > 0) expect(loss).toBeLessThanOrEqual(fitted[index - 1]!);
        const sum = (all: number[]) => all.reduce((total, value) => total + value, 0);
        expect(sum(fitted)).toBeCloseTo(sum(values), 8);
        const falling = values.toSorted((a, b) => b - a);
        expect(losses(isotonic(run(1, ...falling.map((loss, at): [number, number] => [at, loss]))))).toEqual(falling);
      }),
    );
  });
});

describe('speed-up over pairs', () => {
  const slower = run(1, [0, 10], [100, 5], [200, 4]);

  test('mean and interval of ratios at each loss, in tokens and in time', () => {
    // At loss 5: 25, 50 and 75 of 100 tokens; at 4: 50, 100 and 150 of 200.
    const pairs = [25, 50, 75].map((half) => ({ slower, faster: run(2, [0, 10], [half, 5], [2 * half, 4]) }));
    const { curve, final, pairs: count } = speedUpOverSeeds(pairs);
    expect(count).toBe(3);
    expect(curve.map(({ loss, reached }) => [loss, reached])).toEqual([
      [5, 3],
      [4, 3],
    ]);
    expect(curve[0]!.tokenRatio).toMatchObject({ count: 3, mean: 0.5, deviation: 0.25 });
    const { low, high } = curve[0]!.tokenRatio!.interval!;
    expect((high - low) / 2).toBeCloseTo((4.30265273 * 0.25) / Math.sqrt(3), 8);
    expect(curve[0]!.secondRatio!.mean).toBe(1);
    expect(final).toMatchObject({ loss: 4, reached: 3, tokenRatio: { mean: 0.5 } });
  });

  test('where one pair does not get there, no mean is told', () => {
    const stuck = { slower, faster: run(1, [0, 10], [50, 5]) };
    const { curve, final } = speedUpOverSeeds([stuck, { slower, faster: slower }]);
    expect(curve.map(({ loss, reached, tokenRatio }) => [loss, reached, tokenRatio?.mean])).toEqual([
      [5, 2, 0.75],
      [4, 1, undefined],
    ]);
    expect(final).toMatchObject({ loss: 4, reached: 1, tokenRatio: null, secondRatio: null });
    expect(speedUpOverSeeds([stuck]).final).toMatchObject({ reached: 0, tokenRatio: null });
  });

  test('nor where a slower run has not trained yet: its pair is open, not left out', () => {
    const faster = run(1, [0, 10], [50, 4]);
    const begun = { slower: run(1, [0, 10]), faster };
    expect(speedUpOverSeeds([{ slower, faster }, begun])).toMatchObject({
      pairs: 2,
      final: { loss: 4, reached: 1, tokenRatio: null },
    });
  });

  test('one pair has ratios without an interval; none has nothing', () => {
    const { curve } = speedUpOverSeeds([{ slower, faster: slower }]);
    expect(curve.at(-1)!.tokenRatio).toEqual({ count: 1, mean: 1, deviation: null, interval: null });
    expect(speedUpOverSeeds([])).toEqual({ reading: 'raw', pairs: 0, curve: [], final: null });
    expect(speedUpOverSeeds([{ slower, faster: [] }]).curve).toEqual([]);
    expect(speedUpOverSeeds([{ slower: run(1, [0, 10]), faster: slower }]).final).toBeNull();
  });

  test('a lucky dip wins on raw evaluations and not on smoothed ones', () => {
    const lucky = run(1, [0, 10], [100, 4], [200, 6]);
    expect(speedUpOverSeeds([{ slower, faster: lucky }]).final!.tokenRatio!.mean).toBe(0.5);
    expect(speedUpOverSeeds([{ slower, faster: lucky }], 'isotonic').final).toMatchObject({ reached: 0 });
  });
});
