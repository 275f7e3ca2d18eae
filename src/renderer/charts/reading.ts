// What lies under the crosshair of a plot.
import type { XY } from '../../charts/index.ts';
import { nearestPoint, type Plot, type PlotSeries } from '../../charts/plot.ts';

export interface Reading {
  /** The crosshair, and its pixel. */
  at: number;
  pixel: number;
  /** The point of each curve that is nearest, where the curve reaches so far; faint ones are left out. */
  points: (PlotSeries & { point: XY })[];
}

/** Null where the crosshair is not in view. */
export function readPlot(plot: Plot, series: readonly PlotSeries[], at: number | null): Reading | null {
  const [from, to] = plot.view;
  if (at === null || at < from || at > to) return null;
  const reach = (to - from) * 0.02;
  const points = series.flatMap((one) => {
    if (one.look === 'faint') return [];
    const point = nearestPoint(one.points, at, reach);
    return point && plot.y.holds(point[1]) ? [{ ...one, point }] : [];
  });
  return { at, pixel: plot.x.at(at), points };
}
