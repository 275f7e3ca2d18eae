// One way of taking experts away as the curves of a chart: every group's, its control and its random draws. Pure.
import type { PlotSeries } from '../../../charts/plot.ts';
import type { StaticSetting } from '../../../shared/studies/pruning-methods.ts';
import { type CurveValue, type Removal, randomCurves, staticCurves } from '../../state/pruning-curves.ts';
import type { MeasuredGroup } from '../../state/pruning-results.ts';
import { meanSeries } from '../compare/series.ts';

export function removalSeries(
  groups: readonly MeasuredGroup[],
  removal: Removal,
  scope: StaticSetting['scope'],
  value: CurveValue,
): PlotSeries[] {
  return groups.flatMap((group) => {
    const curves = group.runs.map(({ settings, ...member }) => ({
      ...member,
      ...staticCurves(settings, value, removal, scope),
    }));
    const kept = curves.map((member) => ({ ...member, points: member.kept }));
    const reversed = curves.map((member) => ({ ...member, points: member.reversed }));
    const random = group.runs.flatMap(({ settings, ...member }) =>
      removal.criterion === 'random'
        ? []
        : randomCurves(settings, value, scope).map((points) => ({ ...member, points })),
    );
    const drawn = <Curve extends { points: readonly unknown[] }>(of: readonly Curve[]) =>
      of.filter(({ points }) => points.length > 0);
    const named = (suffix: string) => ({ ...group, key: `${group.key} ${suffix}`, label: `${group.label}, ${suffix}` });
    return [
      ...meanSeries(named('random'), drawn(random), { marks: false, traces: false }).map((one) => ({
        ...one,
        look: 'faint' as const,
      })),
      ...meanSeries(named('reversed'), drawn(reversed), { marks: false, traces: false }).map(
        ({ band: _band, ...one }) => ({ ...one, look: 'dashed' as const }),
      ),
      ...meanSeries(group, drawn(kept), { marks: true, traces: false }),
    ];
  });
}
