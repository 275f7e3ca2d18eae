import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LossPoint, speedUpCurve, speedUpToEqualLoss } from './equal-loss.ts';

/** Points [tokens, loss]; a token takes `pace` seconds. */
const run = (pace: number, ...points: [number, number][]): LossPoint[] =>
  points.map(([tokens, loss]) => ({ tokens, seconds: tokens * pace, loss }));

describe('at the final loss of the slower run', () => {
  const slower = run(1, [0, 10], [100, 6], [200, 4]);

  test('interpolated in tokens and seconds', () => {
    // The faster run comes from 5 to 3 between 100 and 120 tokens: 4 at 110; its tokens take 2 seconds.
    const result = speedUpToEqualLoss(slower, run(2, [0, 10], [100, 5], [120, 3]));
    expect(result).toEqual({
      reached: true,
      loss: 4,
      slower: { tokens: 200, seconds: 200 },
      faster: { tokens: 110, seconds: 220 },
      tokenRatio: 0.55,
      secondRatio: 1.1,
    });
  });

  test("the paper's 36%: 50 of 78.6 billion tokens", () => {
    const result = speedUpToEqualLoss(run(1, [78.6e9, 2.1]), run(1, [40e9, 2.2], [60e9, 2]));
    expect(result).toMatchObject({ reached: true, faster: { tokens: 50e9 } });
    expect(1 - (result as { tokenRatio: number }).tokenRatio).toBeCloseTo(0.36, 2);
  });

  test('not reached', () => {
    expect(speedUpToEqualLoss(slower, run(1, [0, 10], [500, 4.5], [600, 4.6]))).toEqual({
      reached: false,
      loss: 4,
      best: 4.5,
    });
    expect(speedUpToEqualLoss(slower, [])).toEqual({ reached: false, loss: 4, best: null });
    expect(speedUpToEqualLoss(slower, run(1, [10, Number.NaN]))).toEqual({ reached: false, loss: 4, best: null });
  });

  test('a rise after the loss was reached changes nothing; a rise before it is bridged', () => {
    expect(speedUpToEqualLoss(slower, run(1, [0, 10], [50, 4], [60, 9]))).toMatchObject({ faster: { tokens: 50 } });
    // The running minimum is 5 from 40 to 60 tokens, then goes to 3 at 80: 4 at 70.
    expect(speedUpToEqualLoss(slower, run(1, [40, 5], [60, 8], [80, 3]))).toMatchObject({ faster: { tokens: 70 } });
  });

  test('reached exactly at an evaluation, before the first one, and later than the slower run', () => {
    expect(speedUpToEqualLoss(slower, run(1, [0, 10], [50, 4]))).toMatchObject({ tokenRatio: 0.25 });
    expect(speedUpToEqualLoss(slower, run(1, [20, 3]))).toMatchObject({ faster: { tokens: 20 } });
    expect(speedUpToEqualLoss(slower, run(1, [0, 10], [400, 4]))).toMatchObject({ tokenRatio: 2 });
  });

  test('points in any order, and a run that has not begun', () => {
    expect(speedUpToEqualLoss(slower.toReversed(), slower)).toMatchObject({ tokenRatio: 1, secondRatio: 1 });
    expect(speedUpToEqualLoss([], slower)).toBeNull();
    expect(speedUpToEqualLoss(run(1, [0, 10]), slower)).toBeNull();
  });
});

describe('at every loss that both reach', () => {
  const short = (curve: ReturnType<typeof speedUpCurve>) =>
    curve.map(({ loss, slower, faster }) => [loss, slower.tokens, faster.tokens]);

  test('by hand', () => {
    const slower = run(1, [0, 10], [100, 6], [200, 4]);
    const faster = run(1, [0, 9], [40, 5], [60, 3]);
    // Both start above 9 and reach 4. Slower: 9 at 25, 6 at 100, 5 at 150, 4 at 200. Faster: 9 at 0, 6 at 30, 5 at 40, 4 at 50.
    expect(short(speedUpCurve(slower, faster))).toEqual([
      [9, 25, 0],
      [6, 100, 30],
      [5, 150, 40],
      [4, 200, 50],
    ]);
    expect(speedUpCurve(slower, faster).at(-1)).toMatchObject({ tokenRatio: 0.25, secondRatio: 0.25 });
  });

  test('where a run stands still the curve has both ends', () => {
    const slower = run(1, [0, 8], [10, 6], [30, 7], [40, 2]);
    const faster = run(1, [0, 8], [20, 4]);
    // The slower run is first at 6 after 10 tokens and leaves it after 30; from there 4 takes half of the way to 2: 35.
    expect(short(speedUpCurve(slower, faster))).toEqual([
      [6, 10, 10],
      [6, 30, 10],
      [4, 35, 20],
    ]);
  });

  test('nothing in common', () => {
    expect(speedUpCurve(run(1, [0, 10], [10, 8]), run(1, [0, 7], [10, 5]))).toEqual([]);
    expect(speedUpCurve([], run(1, [0, 7]))).toEqual([]);
  });

  test('a run against itself is 1 everywhere, against a twice as fast one 1/2', () => {
    const points = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.1, max: 10, noNaN: true })),
      {
        minLength: 1,
        maxLength: 20,
        selector: ([tokens]) => tokens,
      },
    );
    fc.assert(
      fc.property(points, (all) => {
        const slower = run(1, ...all);
        const faster = slower.map((point) => ({ ...point, tokens: point.tokens / 2 }));
        for (const point of speedUpCurve(slower, slower)) expect(point.tokenRatio).toBe(1);
        for (const point of speedUpCurve(slower, faster)) {
          expect(point.tokenRatio).toBeCloseTo(0.5, 9);
          expect(point.secondRatio).toBeCloseTo(1, 9);
        }
      }),
    );
  });
});
