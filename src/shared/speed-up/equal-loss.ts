// Speed-up to equal loss (2506.14038): how much of the slower run's training the faster run needs to get equally far; and the
// same at every loss that both runs reach. Losses are running minima, joined by straight lines in tokens between evaluations.
// It declines to guess: a loss that a run never measured itself at or below is "not reached".

export interface LossPoint {
  /** Tokens trained on so far. */
  tokens: number;
  /** Seconds of training so far. */
  seconds: number;
  loss: number;
}

export interface EqualLossPoint {
  loss: number;
  slower: { tokens: number; seconds: number };
  faster: { tokens: number; seconds: number };
  /** Faster over slower: 0.64 means that the faster run needs 36% less. Above 1 it is the slower one after all. */
  tokenRatio: number;
  secondRatio: number;
}

export type EqualLoss =
  | ({ reached: true } & EqualLossPoint)
  /** The faster run's lowest loss, `best`, is above the slower run's final `loss`; null where it has no evaluation. */
  | { reached: false; loss: number; best: number | null };

/**
 * The paper's number: the faster run's tokens at the slower run's final loss, over the slower run's total.
 * Points in any order; those with a loss that is not finite are left out. Where the faster run's first evaluation is
 * already as good, that evaluation's tokens count, an upper bound. Null where the slower run has trained on nothing.
 */
export function speedUpToEqualLoss(slower: readonly LossPoint[], faster: readonly LossPoint[]): EqualLoss | null {
  const last = ordered(slower).at(-1);
  if (!last || last.tokens <= 0) return null;
  const minimum = runningMinimum(faster);
  const reached = whenAtMost(minimum, last.loss);
  if (!reached) return { reached: false, loss: last.loss, best: minimum.at(-1)?.loss ?? null };
  return { reached: true, ...compare(last.loss, last, reached) };
}

/**
 * The whole curve, from the highest loss that both runs start above to the lowest that both reach; empty where there is
 * none. It has a point wherever one of the runs has an evaluation. At a loss where a run stood still there are two: on
 * first reaching it and on leaving it.
 */
export function speedUpCurve(slower: readonly LossPoint[], faster: readonly LossPoint[]): EqualLossPoint[] {
  const [slow, fast] = [runningMinimum(slower), runningMinimum(faster)];
  if (slow.length === 0 || fast.length === 0) return [];
  const highest = Math.min(slow[0]!.loss, fast[0]!.loss);
  const lowest = Math.max(slow.at(-1)!.loss, fast.at(-1)!.loss);
  const losses = [...new Set([...slow, ...fast].map(({ loss }) => loss))]
    .filter((loss) => loss <= highest && loss >= lowest)
    .sort((a, b) => b - a);
  const curve: EqualLossPoint[] = [];
  for (const loss of losses) {
    const arriving = [whenAtMost(slow, loss)!, whenAtMost(fast, loss)!] as const;
    const leaving = [whenBelow(slow, loss), whenBelow(fast, loss)] as const;
    const moments: (readonly [LossPoint, LossPoint])[] = [arriving];
    const stoodStill = leaving.some((moment, run) => moment && moment.tokens !== arriving[run]!.tokens);
    if (stoodStill && leaving[0] && leaving[1]) moments.push([leaving[0], leaving[1]]);
    // Before the first token there is nothing to be a share of.
    for (const [s, f] of moments) if (s.tokens > 0) curve.push(compare(loss, s, f));
  }
  return curve;
}

/** At any one loss: null where one of the runs never came down to it, or the slower one needed nothing for it. */
export function equalLossAt(runs: {
  slower: readonly LossPoint[];
  faster: readonly LossPoint[];
}): (loss: number) => EqualLossPoint | null {
  const [slow, fast] = [runningMinimum(runs.slower), runningMinimum(runs.faster)];
  return (loss) => {
    const [slower, faster] = [whenAtMost(slow, loss), whenAtMost(fast, loss)];
    return slower && faster && slower.tokens > 0 ? compare(loss, slower, faster) : null;
  };
}

function compare(loss: number, slower: LossPoint, faster: LossPoint): EqualLossPoint {
  return {
    loss,
    slower: { tokens: slower.tokens, seconds: slower.seconds },
    faster: { tokens: faster.tokens, seconds: faster.seconds },
    tokenRatio: faster.tokens / slower.tokens,
    secondRatio: faster.seconds / slower.seconds,
  };
}

const ordered = (points: readonly LossPoint[]): LossPoint[] =>
  points.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.tokens - b.tokens);

function runningMinimum(points: readonly LossPoint[]): LossPoint[] {
  let minimum = Number.POSITIVE_INFINITY;
  return ordered(points).map((point) => {
    minimum = Math.min(minimum, point.loss);
    return { ...point, loss: minimum };
  });
}

/** The moment a running minimum first comes down to `loss`, or null. */
function whenAtMost(run: readonly LossPoint[], loss: number): LossPoint | null {
  return interpolate(
    run,
    run.findIndex((point) => point.loss <= loss),
    loss,
  );
}

/** The moment after which a running minimum is below `loss`, or null. */
function whenBelow(run: readonly LossPoint[], loss: number): LossPoint | null {
  return interpolate(
    run,
    run.findIndex((point) => point.loss < loss),
    loss,
  );
}

/** Where the line that ends at point `index` is at `loss`. */
function interpolate(run: readonly LossPoint[], index: number, loss: number): LossPoint | null {
  const [before, after] = [run[index - 1], run[index]];
  if (!after) return null;
  if (!before) return after;
  const share = (before.loss - loss) / (before.loss - after.loss);
  const between = (a: number, b: number) => a + share * (b - a);
  return { loss, tokens: between(before.tokens, after.tokens), seconds: between(before.seconds, after.seconds) };
}
