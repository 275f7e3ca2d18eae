// Speed-up to equal loss of groups against a baseline group, as curves over every loss that the baseline reached. Pure.
import type { XY } from '../../../charts/index.ts';
import type { PlotSeries } from '../../../charts/plot.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import {
  type EqualLossPoint,
  type LossPoint,
  type LossReading,
  readLosses,
  type SpeedUpPair,
  type SpeedUpPoint,
  speedUpCurve,
  speedUpOverSeeds,
} from '../../../shared/speed-up/index.ts';
import { pairKey, pairsOf, settledPairs } from '../../../shared/statistics/index.ts';
import type { RunGroup } from '../../state/groups.ts';

export type Cost = 'tokenRatio' | 'secondRatio';

export interface SpeedUpOptions {
  points: (run: ComparedRun) => readonly LossPoint[];
  cost: Cost;
  reading: LossReading;
  /** Single pairs behind their mean. */
  traces: boolean;
}

export interface GroupSpeedUp {
  /** x is the loss, negative so that training goes right. */
  series: PlotSeries[];
  label: string;
  /** At the baseline's final loss. */
  final: SpeedUpPoint | null;
  /** Pairs of one seed, complete ones where there are some; a single one of different seeds where there are none. */
  pairs: number;
  paired: boolean;
}

interface Pair extends SpeedUpPair {
  id: string;
  label: string;
}

export function groupSpeedUps(
  groups: readonly RunGroup<ComparedRun>[],
  baseline: RunGroup<ComparedRun>,
  options: SpeedUpOptions,
): GroupSpeedUp[] {
  return groups
    .filter(({ key }) => key !== baseline.key)
    .flatMap((group) => {
      const { pairs, paired } = pairsWith(group, baseline, options.points);
      if (pairs.length === 0) return [];
      const { curve, final } = speedUpOverSeeds(pairs, options.reading);
      const { key, label, colour } = group;
      const { cost, traces } = options;
      const mean: PlotSeries = { id: key, label, colour, ...meanCurve(pairs, curve, options) };
      const behind = pairs.map((pair): PlotSeries => {
        const points = pairCurve(pair, options);
        return { id: `${key} ${pair.id}`, label: pair.label, colour, look: 'faint', points };
      });
      const at = final?.[cost];
      const mark: PlotSeries[] = at
        ? [
            {
              id: `${key} final`,
              label: `${label}, final loss`,
              colour,
              marks: true,
              points: [[-final!.loss, at.mean]],
            },
          ]
        : [];
      const series = [...(traces && pairs.length > 1 ? behind : []), mean, ...mark].filter(
        ({ points }) => points.length > 0,
      );
      return [{ series, label, final, pairs: pairs.length, paired }];
    });
}

function pairsWith(
  group: RunGroup<ComparedRun>,
  baseline: RunGroup<ComparedRun>,
  points: SpeedUpOptions['points'],
): { pairs: Pair[]; paired: boolean } {
  const labels = new Map(group.runs.map(({ run, label }) => [run.id, label]));
  const runsOf = ({ runs }: RunGroup<ComparedRun>) => runs.map(({ run }) => run);
  const { pairs: same } = settledPairs(pairsOf(runsOf(group), runsOf(baseline), pairKey));
  const [fast, slow] = [group.runs[0]?.run, baseline.runs[0]?.run];
  const chosen = same.length > 0 || !fast || !slow ? same : [[fast, slow] as const];
  const pairs = chosen
    .map(([run, other]) => ({ id: run.id, label: labels.get(run.id)!, faster: points(run), slower: points(other) }))
    .filter(({ faster, slower }) => faster.length > 0 && slower.length > 0);
  return { pairs, paired: same.length > 0 };
}

/** One pair as it is, with every standstill; several as their mean with its interval. */
function meanCurve(pairs: readonly Pair[], curve: readonly SpeedUpPoint[], options: SpeedUpOptions) {
  const [only] = pairs;
  if (only && pairs.length === 1) return { points: pairCurve(only, options) };
  const told = curve.flatMap((point) => {
    const summary = point[options.cost];
    return summary && summary.mean > 0 ? [{ x: -point.loss, ...summary }] : [];
  });
  const points = told.map(({ x, mean }): XY => [x, mean]);
  const band = told.flatMap(({ x, count, interval }) =>
    interval && count > 2 ? [[x, interval.low, interval.high] as const] : [],
  );
  return { points, ...(band.length > 0 && { band }) };
}

function pairCurve({ slower, faster }: Pair, { cost, reading }: SpeedUpOptions): XY[] {
  const curve: EqualLossPoint[] = speedUpCurve(readLosses(slower, reading), readLosses(faster, reading));
  // Before the faster run's first step there is no cost to speak of.
  return curve.filter(({ faster }) => faster.tokens > 0).map((point): XY => [-point.loss, point[cost]]);
}
