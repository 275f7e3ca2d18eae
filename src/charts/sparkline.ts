// A curve too small for axes: its shape as one path.
import { keepExtremes, type XY } from './extremes.ts';

/**
 * Path data in a box of width × height, from the least to the largest finite value; '' with fewer than two of them.
 * `to` is the x of the right edge, where the curve is to leave room for what is still to come.
 */
export function sparkline(points: readonly XY[], width: number, height: number, to?: number): string {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  if (finite.length < 2) return '';
  const start = finite[0]![0];
  const end = Math.max(to ?? 0, finite.at(-1)![0]);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [, y] of finite) {
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const across = end > start ? width / (end - start) : 0;
  const up = high > low ? (height - 2) / (high - low) : 0;
  const pixels = finite.map(([x, y]): XY => [(x - start) * across, height - 1 - (y - low) * up]);
  return `M${keepExtremes(pixels)
    .map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('L')}`;
}

/** At most about four points for each of `columns` stretches of x: first, least, largest and last. */
export function thinned(points: readonly XY[], columns: number): XY[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last[0] <= first[0]) return [...points];
  const across = columns / (last[0] - first[0]);
  return keepExtremes(points, ([x]) => Math.floor((x - first[0]) * across));
}
