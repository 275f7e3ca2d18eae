// Where an arrow key takes the crosshair of a plot.
import { type Plot, type PlotSeries, visible } from './plot.ts';
import { valueAt } from './viewport.ts';

/** Pixels of a step over dense curves; those whose points are nearer to each other are dense. */
const pace = 4;

/**
 * The x that follows `at` to the right (1) or to the left (−1): of the next point of any curve where all of them are sparse, so
 * that every press reads something new; else a few pixels on. It stays in view; without `at` it begins at the edge.
 */
export function crosshairAfter(
  at: number | null,
  side: 1 | -1,
  { frame, view, x }: Plot,
  series: readonly PlotSeries[],
): number {
  const { left, right } = frame;
  const most = (right - left) / pace;
  const curves = series
    .filter(({ look }) => look !== 'faint')
    .map(({ points }) => points.slice(...visible(points, view)).filter(([, y]) => Number.isFinite(y)));
  const places = curves.some(({ length }) => length > most)
    ? []
    : curves
        .flatMap((points) => points.map(([place]) => place))
        .filter((place) => place >= view[0] && place <= view[1]);
  const edge = side > 0 ? left : right;
  const from = at === null ? edge - side : Math.min(right, Math.max(left, x.at(at)));
  if (places.length === 0)
    return valueAt(inside(from + side * pace, left, right), view, [left, right], x.options.scale);
  // Points of several curves at one place are read together.
  const further = places.filter((place) => (x.at(place) - from) * side >= 1);
  const sorted = further.sort((a, b) => side * (a - b));
  return sorted[0] ?? valueAt(inside(from, left, right), view, [left, right], x.options.scale);
}

const inside = (pixel: number, left: number, right: number) => Math.min(right, Math.max(left, pixel));
