// Groups of runs as the curves of one chart: single traces, or the mean of seeds with its interval and the traces behind.
import type { XY } from '../../../charts/index.ts';
import type { PlotSeries } from '../../../charts/plot.ts';
import { seedMean } from '../../../charts/seed-mean.ts';
import { smoothed } from '../../../charts/smoothing.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import type { RunGroup } from '../../state/groups.ts';

export interface SeriesOptions {
  points: (run: ComparedRun) => readonly XY[];
  /** In units of x. */
  halfLife?: number;
  marks?: boolean;
  /** Single runs behind their mean. */
  traces?: boolean;
}

export function chartSeries(groups: readonly RunGroup<ComparedRun>[], options: SeriesOptions): PlotSeries[] {
  const { points, halfLife = 0, marks = false, traces = true } = options;
  return groups.flatMap((group): PlotSeries[] => {
    const curves = group.runs.map((member) => ({ ...member, points: smoothed(points(member.run), halfLife) }));
    const [only] = group.runs;
    const { key, label, colour } = group;
    const raw: PlotSeries[] =
      halfLife > 0 && group.runs.length === 1
        ? [{ id: `${key} raw`, label, colour, look: 'faint', points: points(only!.run) }]
        : [];
    return [...raw, ...meanSeries(group, curves, { marks, traces })];
  });
}

interface MemberCurve {
  run: { id: string };
  label: string;
  colour: string;
  points: readonly XY[];
}

/** One curve as it is; several as their mean, its interval and, with `traces`, themselves behind it. */
export function meanSeries(
  { key, label, colour }: Pick<RunGroup, 'key' | 'label' | 'colour'>,
  curves: readonly MemberCurve[],
  { marks, traces }: { marks: boolean; traces: boolean },
): PlotSeries[] {
  const [first, ...others] = curves;
  if (!first) return [];
  if (others.length === 0) return [{ id: key, label, colour, points: first.points, marks }];
  const mean = seedMean(curves.map(({ points }) => points));
  const behind = curves.map(
    (member): PlotSeries => ({
      id: `${key} ${member.run.id}`,
      label: member.label,
      colour,
      look: 'faint',
      points: member.points,
    }),
  );
  const band = mean.filter(({ count }) => count > 2).map(({ x, low, high }) => [x, low, high] as const);
  const points = mean.map(({ x, mean }) => [x, mean] as const);
  return [...(traces ? behind : []), { id: key, label, colour, marks, points, ...(band.length > 0 && { band }) }];
}
