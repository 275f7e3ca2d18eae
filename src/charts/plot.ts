// The geometry of an interactive line plot: where its frame and axes are for what is in view, and what lies under the
// pointer. Pure; how curves get their ink is the drawer's business.
import { type Axis, type AxisOptions, axis, type Frame } from './axis.ts';
import type { XY } from './extremes.ts';
import type { Domain } from './viewport.ts';

export interface PlotSeries {
  id: string;
  label: string;
  /** Any CSS colour. */
  colour: string;
  /** In ascending x; a value that is not finite is a gap. */
  points: readonly XY[];
  /** faint: behind another one, left out of read-outs. */
  look?: 'solid' | 'dashed' | 'faint';
  /** A mark at every point: for few, measured ones. */
  marks?: boolean;
  /** An interval around the curve. */
  band?: readonly (readonly [x: number, low: number, high: number])[];
}

export interface PlotOptions {
  width: number;
  height: number;
  x: AxisOptions;
  y: AxisOptions;
  series: readonly PlotSeries[];
  /** The part of x in view; all of it when left out. */
  view?: Domain | null;
}

export interface Plot {
  frame: Frame;
  x: Axis;
  y: Axis;
  /** What of x is in view, and all of it. */
  view: Domain;
  whole: Domain;
  /** Equal for two plots in which the same value lies at the same pixel. */
  key: string;
}

export function plot({ width, height, series, view, ...options }: PlotOptions): Plot {
  const whole = options.x.domain ?? wholeOf(series, options.x.zero);
  const seen = view ?? whole;
  const [top, bottom] = [8, height - 24];
  const y = axis(extentOf(series, seen, options.y.scale === 'log'), [bottom, top], options.y);
  const widest = Math.max(3, ...y.ticks.map(({ label }) => label.length));
  const frame: Frame = { left: 10 + 7 * widest, right: width - 12, top, bottom };
  const x = axis([...seen], [frame.left, frame.right], { ...options.x, domain: seen });
  const corners = [bottom, top].map((pixel) => y.ticks.map(({ value }) => y.at(value) - pixel).join());
  return { frame, x, y, view: seen, whole, key: `${width} ${height} ${seen.join()} ${frame.left} ${corners.join()}` };
}

/** First and last x of all series; [0, 1] where there is none. */
export function wholeOf(series: readonly PlotSeries[], zero = false): Domain {
  let [low, high] = zero ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of series) {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) continue;
    low = Math.min(low, first[0]);
    high = Math.max(high, last[0]);
  }
  return low < high ? [low, high] : low === high && !zero ? [low - 0.5, high + 0.5] : [0, 1];
}

/** Least and largest finite y in view, bands included, and the neighbours that lead out of it. */
function extentOf(series: readonly PlotSeries[], [from, to]: Domain, positive: boolean): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (value: number) => {
    if (!Number.isFinite(value) || (positive && value <= 0)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { points, band } of series) {
    const [start, end] = visible(points, [from, to]);
    for (let index = start; index < end; index += 1) take(points[index]![1]);
    for (const [x, least, most] of band ?? []) {
      if (x < from || x > to) continue;
      take(least);
      take(most);
    }
  }
  return low <= high ? [low, high] : [];
}

/** Indices [start, end) of the points in view, and one more on either side. */
export function visible(points: readonly XY[], [from, to]: Domain): [start: number, end: number] {
  return [Math.max(0, firstFrom(points, from) - 1), Math.min(points.length, firstFrom(points, to, true) + 1)];
}

/** Index of the first point at or after x (only after it, with `beyond`). */
function firstFrom(points: readonly XY[], x: number, beyond = false): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = points[middle]![0];
    if (at < x || (beyond && at === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The point of a curve nearest in x; undefined where the curve does not reach. `reach` is how far beyond its ends counts. */
export function nearestPoint(points: readonly XY[], x: number, reach = 0): XY | undefined {
  const after = firstFrom(points, x);
  const [a, b] = [points[after - 1], points[after]];
  if (!a) return b && b[0] - x <= reach ? b : undefined;
  if (!b) return x - a[0] <= reach ? a : undefined;
  return x - a[0] < b[0] - x ? a : b;
}
