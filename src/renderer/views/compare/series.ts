// Groups of runs as the curves of one chart: single traces, or the mean of seeds with its interval and the traces behind. What
// was made of curves that have only grown since is kept and grows with them.
import type { XY } from '../../../charts/index.ts';
import type { PlotSeries } from '../../../charts/plot.ts';
import { SeedMean } from '../../../charts/seed-mean.ts';
import { Smoothing } from '../../../charts/smoothing.ts';
import type { ComparedRun } from '../../../shared/comparison.ts';
import type { RunGroup } from '../../state/groups.ts';

export interface SeriesOptions {
  points: (run: ComparedRun) => readonly XY[];
  /** In units of x. */
  halfLife?: number;
  marks?: boolean;
  /** Single runs behind their mean. */
  traces?: boolean;
  /** Between which every value lies, and so the interval of a mean. */
  bounds?: ((run: ComparedRun) => readonly [least: number, most: number]) | undefined;
}

export function chartSeries(groups: readonly RunGroup<ComparedRun>[], options: SeriesOptions): PlotSeries[] {
  const { points, halfLife = 0, marks = false, traces = true, bounds } = options;
  return groups.flatMap((group): PlotSeries[] => {
    const curves = group.runs.map((member) => ({ ...member, points: smooth(points(member.run), halfLife) }));
    const [only] = group.runs;
    const { key, label, colour } = group;
    const raw: PlotSeries[] =
      halfLife > 0 && group.runs.length === 1
        ? [{ id: `${key} raw`, label, colour, look: 'faint', points: points(only!.run) }]
        : [];
    const series = [...raw, ...meanSeries(group, curves, { marks, traces })];
    return bounds && only ? series.map((one) => within(one, bounds(only.run))) : series;
  });
}

function within(series: PlotSeries, [least, most]: readonly [number, number]): PlotSeries {
  if (!series.band) return series;
  const band = series.band.map(([x, low, high]) => [x, Math.max(least, low), Math.min(most, high)] as const);
  return { ...series, band };
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
  const { points, band } = meanOf(curves.map(({ points }) => points));
  const behind = curves.map(
    (member): PlotSeries => ({
      id: `${key} ${member.run.id}`,
      label: member.label,
      colour,
      look: 'faint',
      points: member.points,
    }),
  );
  return [...(traces ? behind : []), { id: key, label, colour, marks, points, ...(band.length > 0 && { band }) }];
}

/** By the first curve of a mean, and by the curve itself; gone when the curve is. */
const means = new WeakMap<readonly XY[], SeedMean>();
const smoothings = new WeakMap<readonly XY[], Smoothing>();

function meanOf(curves: readonly (readonly XY[])[]) {
  const known = means.get(curves[0]!);
  const mean = known?.isOf(curves) ? known : new SeedMean(curves);
  means.set(curves[0]!, mean);
  return mean.extend();
}

function smooth(points: readonly XY[], halfLife: number): readonly XY[] {
  if (!(halfLife > 0)) return points;
  const known = smoothings.get(points);
  const smoothing = known?.halfLife === halfLife ? known : new Smoothing(halfLife);
  smoothings.set(points, smoothing);
  return smoothing.extend(points);
}
