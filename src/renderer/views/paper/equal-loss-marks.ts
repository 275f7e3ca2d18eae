// Figure 1's arrow: where each group comes down to the baseline's final loss, and where the baseline ends. Pure.
import type { XY } from '../../../charts/index.ts';
import type { PlotSeries } from '../../../charts/plot.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import { type LossPoint, speedUpToEqualLoss } from '../../../shared/speed-up/index.ts';
import { mean, pairKey, pairsOf } from '../../../shared/statistics/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import type { Moment } from '../../state/curve.ts';
import type { RunGroup } from '../../state/groups.ts';
import { tokensPerStep } from '../compare/moments.ts';

export interface MarkedCurves {
  evaluations: (run: ComparedRun) => readonly Evaluation[];
  /** Where moments of a run lie on the x-axis. */
  placesOf: (run: ComparedRun) => (moment: Moment) => number;
}

/**
 * A dashed line for each group all of whose runs come down to the final loss of the baseline's run of the same seeds, at the
 * means over those pairs; with no pair of seeds, of the first runs. Nothing where one does not get there.
 */
export function equalLossMarks(
  groups: readonly RunGroup<ComparedRun>[],
  baseline: RunGroup<ComparedRun>,
  { evaluations, placesOf }: MarkedCurves,
): PlotSeries[] {
  return groups
    .filter(({ key }) => key !== baseline.key)
    .flatMap(({ key, label, colour, runs }): PlotSeries[] => {
      const ends = pairs(runs, baseline.runs).map(([run, slower]): [XY, XY] | null => {
        const equal = speedUpToEqualLoss(evaluations(slower), evaluations(run));
        if (!equal?.reached) return null;
        const at = (one: ComparedRun, point: Omit<LossPoint, 'loss'>) =>
          placesOf(one)({ ...point, step: point.tokens / tokensPerStep(one.configuration) });
        return [
          [at(run, equal.faster), equal.loss],
          [at(slower, equal.slower), equal.loss],
        ];
      });
      const reached = ends.filter((one) => one !== null);
      if (reached.length === 0 || reached.length < ends.length) return [];
      const middle = (end: 0 | 1): XY => [
        mean(reached.map((one) => one[end][0])),
        mean(reached.map((one) => one[end][1])),
      ];
      // A curve runs in ascending x: a group that needs more begins at the baseline's end.
      const points = [middle(0), middle(1)].sort((a, b) => a[0] - b[0]);
      const name = `${label} at the final loss of ${baseline.label}`;
      return [{ id: `${key} equal loss`, label: name, colour, look: 'dashed', marks: true, points }];
    });
}

type Members = RunGroup<ComparedRun>['runs'];

function pairs(runs: Members, baseline: Members): [ComparedRun, ComparedRun][] {
  const same = pairsOf(runs, baseline, ({ run }) => pairKey(run));
  const [first, other] = [runs[0], baseline[0]];
  const chosen = same.length > 0 || !first || !other ? same : [[first, other] as const];
  return chosen.map(([{ run }, { run: slower }]) => [run, slower]);
}
