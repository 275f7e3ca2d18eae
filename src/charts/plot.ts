// The geometry of an interactive line plot: where its frame and axes are for what is in view, and what lies under the
// pointer. Pure; how curves get their ink is the drawer's business.
import { type Axis, type AxisOptions, axis, type Frame } from './axis.ts';
import type { XY } from './extremes.ts';
import type { Domain } from './viewport.ts';

/** A place on the x-axis, and what is there. */
export type Place = readonly [x: number, ...values: number[]];

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
  // Above: the name of the y-axis; below: ticks, and under them the name of the x-axis.
  const [top, bottom] = [24, height - 38];
  const extent = extentOf(series, seen, options.y.scale === 'log');
  const y = axis(extent, [bottom, top], withTicks(options.y, extent));
  const widest = Math.max(3, ...y.ticks.map(({ label }) => label.length));
  const frame: Frame = { left: 10 + 7 * widest, right: width - 12, top, bottom };
  const x = axis([...seen], [frame.left, frame.right], { ...options.x, domain: seen });
  const levels = y.ticks.map(({ value }) => `${value}@${y.at(value)}`).join();
  return { frame, x, y, view: seen, whole, key: `${width} ${height} ${seen.join()} ${frame.left} ${levels}` };
}

/** On so short a piece a log scale is as good as linear, and only a linear one has round values there. */
function withTicks(options: AxisOptions, [low = 1, high = 1]: readonly number[]): AxisOptions {
  return options.scale === 'log' && high / low < 1.6 ? { ...options, scale: 'linear' } : options;
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

/**
 * Least and largest finite y in view, with the neighbours that lead out of it. Intervals belong to it up to half as much
 * again: a wide one runs out of the frame, and does not press flat what it is of.
 */
function extentOf(series: readonly PlotSeries[], [from, to]: Domain, positive: boolean): number[] {
  const points = new Extent(positive);
  const bands = new Extent(positive);
  for (const one of series) {
    const [start, end] = visible(one.points, [from, to]);
    for (let index = start; index < end; index += 1) points.take(one.points[index]![1]);
    for (const [x, least, most] of one.band ?? []) {
      if (x < from || x > to) continue;
      bands.take(least);
      bands.take(most);
    }
  }
  if (points.low > points.high) return [];
  const room = (points.high - points.low) / 2;
  const low = Math.max(bands.low, positive ? points.low / 2 : points.low - room);
  return [Math.min(points.low, low), Math.max(points.high, Math.min(bands.high, points.high + room))];
}

class Extent {
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;
  readonly #positive: boolean;

  constructor(positive: boolean) {
    this.#positive = positive;
  }

  take(value: number): void {
    if (!Number.isFinite(value) || (this.#positive && value <= 0)) return;
    if (value < this.low) this.low = value;
    if (value > this.high) this.high = value;
  }
}

/** Indices [start, end) of the points in view, and one more on either side. */
export function visible(points: readonly Place[], [from, to]: Domain): [start: number, end: number] {
  return [Math.max(0, firstFrom(points, from) - 1), Math.min(points.length, firstFrom(points, to, true) + 1)];
}

/** Index of the first point at or after x (only after it, with `beyond`). */
function firstFrom(points: readonly Place[], x: number, beyond = false): number {
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
