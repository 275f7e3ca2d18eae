// Speed-up to equal loss of groups against a baseline group, as curves over every loss that both reach.
import type { XY } from '../../../charts/index.ts';
import type { PlotSeries } from '../../../charts/plot.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import { type EqualLossPoint, type LossPoint, speedUpCurve } from '../../../shared/speed-up.ts';
import type { RunGroup } from '../../state/groups.ts';
import { seedOf } from '../../state/verdict.ts';
import { meanSeries } from './series.ts';

export type Cost = 'tokenRatio' | 'secondRatio';

/** Runs of one seed against each other where there are such pairs; x is the loss, negative so that training goes right. */
export function speedUpSeries(
  groups: readonly RunGroup<ComparedRun>[],
  baseline: RunGroup<ComparedRun>,
  points: (run: ComparedRun) => readonly LossPoint[],
  cost: Cost,
  traces: boolean,
): PlotSeries[] {
  return groups
    .filter(({ key }) => key !== baseline.key)
    .flatMap((group): PlotSeries[] => {
      const curves = group.runs.flatMap((member) => {
        const seed = seedOf(member.run.configuration.seeds);
        const slower = baseline.runs.find(({ run }) => seedOf(run.configuration.seeds) === seed) ?? baseline.runs[0]!;
        const drawn = curvePoints(speedUpCurve(points(slower.run), points(member.run)), cost);
        return drawn.length > 1 ? [{ ...member, points: drawn }] : [];
      });
      return meanSeries(group, curves, { marks: curves.length === 1, traces });
    });
}

const curvePoints = (curve: readonly EqualLossPoint[], cost: Cost): XY[] =>
  // Before the faster run's first step there is no cost to speak of.
  curve.filter(({ faster }) => faster.tokens > 0).map((point): XY => [-point.loss, point[cost]]);
