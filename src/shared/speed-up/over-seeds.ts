// Speed-up to equal loss over several pairs of runs: at every loss the mean of what the faster runs need as a share of the
// slower ones, with its interval over pairs. Where a pair does not get there no mean is told: it would be of the luckier ones.
import { type SampleSummary, sampleSummary } from '../statistics/interval.ts';
import { mean } from '../statistics/moments.ts';
import { type EqualLossPoint, equalLossAt, type LossPoint, speedUpToEqualLoss } from './equal-loss.ts';
import { type LossReading, readLosses } from './isotonic.ts';

export interface SpeedUpPair {
  slower: readonly LossPoint[];
  faster: readonly LossPoint[];
}

export interface SpeedUpPoint {
  loss: number;
  /** Pairs of which both runs reached this loss. */
  reached: number;
  /** Shares of the slower run's tokens and seconds over all pairs; null unless all reached it. */
  tokenRatio: SampleSummary | null;
  secondRatio: SampleSummary | null;
}

export interface SpeedUpOverSeeds {
  reading: LossReading;
  pairs: number;
  /** In falling losses, from where the last run begins to the lowest that any slower run reached. */
  curve: SpeedUpPoint[];
  /** The paper's number: at each slower run's final loss, `loss` their mean. Null where no slower run was evaluated. */
  final: SpeedUpPoint | null;
}

/** Ratios are averaged as they are. With one pair there is no interval. */
export function speedUpOverSeeds(pairs: readonly SpeedUpPair[], reading: LossReading = 'raw'): SpeedUpOverSeeds {
  const read = pairs.map(({ slower, faster }) => ({
    slower: readLosses(slower, reading),
    faster: readLosses(faster, reading),
  }));
  return { reading, pairs: pairs.length, curve: curveOf(read), final: finalOf(read) };
}

function curveOf(pairs: readonly SpeedUpPair[]): SpeedUpPoint[] {
  const runs = pairs.flatMap(({ slower, faster }) => [slower, faster]);
  if (runs.length === 0 || runs.some((run) => run.length === 0)) return [];
  const highest = Math.min(
    ...runs.map((run) => run.reduce((first, one) => (one.tokens < first.tokens ? one : first)).loss),
  );
  const lowest = Math.min(...pairs.flatMap(({ slower }) => slower.map(({ loss }) => loss)));
  const losses = [...new Set(runs.flatMap((run) => run.map(({ loss }) => loss)))]
    .filter((loss) => loss <= highest && loss >= lowest)
    .sort((a, b) => b - a);
  const at = pairs.map(equalLossAt);
  return losses.flatMap((loss) => {
    const point = summary(
      loss,
      at.map((read) => read(loss)),
    );
    return point.reached > 0 || loss < highest ? [point] : [];
  });
}

function finalOf(pairs: readonly SpeedUpPair[]): SpeedUpPoint | null {
  const all = pairs.map(({ slower, faster }) => speedUpToEqualLoss(slower, faster));
  const told = all.filter((one) => one !== null);
  if (told.length === 0) return null;
  return summary(
    mean(told.map(({ loss }) => loss)),
    // A slower run that has not come to a loss leaves its pair open, and with it the mean.
    all.map((one) => (one?.reached ? one : null)),
  );
}

function summary(loss: number, all: readonly (EqualLossPoint | null)[]): SpeedUpPoint {
  const there = all.filter((one) => one !== null);
  const complete = there.length > 0 && there.length === all.length;
  return {
    loss,
    reached: there.length,
    tokenRatio: complete ? sampleSummary(there.map(({ tokenRatio }) => tokenRatio)) : null,
    secondRatio: complete ? sampleSummary(there.map(({ secondRatio }) => secondRatio)) : null,
  };
}
