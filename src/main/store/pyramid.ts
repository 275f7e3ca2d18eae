// Summaries of a series at growing widths, so that a curve of millions of points reads back from a few thousand rows.
// Pure arithmetic on steps; where the summaries lie is no concern of this file.
import type { Bucket, Point } from './rows.ts';

export type Summary = Omit<Bucket, 'from' | 'to'>;

/** A bucket of level k summarises factor^k consecutive steps, aligned to 0; level 0 is the points. */
export const factor = 16;
export const topLevel = 6;

export const widthOf = (level: number): number => factor ** level;

export function summaryOf(point: Point): Summary {
  const finite = Number.isFinite(point.value);
  return {
    count: 1,
    first: point,
    last: point,
    min: finite ? point : null,
    max: finite ? point : null,
    notFinite: finite ? 0 : 1,
    firstNotFinite: finite ? null : point,
  };
}

/** One summary of two, `earlier` before `later`. Among equal extremes the earlier stays. */
export function merge(earlier: Summary, later: Summary): Summary {
  return {
    count: earlier.count + later.count,
    first: earlier.first,
    last: later.last,
    min: better(earlier.min, later.min, (a, b) => b < a),
    max: better(earlier.max, later.max, (a, b) => b > a),
    notFinite: earlier.notFinite + later.notFinite,
    firstNotFinite: earlier.firstNotFinite ?? later.firstNotFinite,
  };
}

function better(earlier: Point | null, later: Point | null, beats: (a: number, b: number) => boolean): Point | null {
  if (!earlier || !later) return earlier ?? later;
  return beats(earlier.value, later.value) ? later : earlier;
}

/** Ascending summaries, grouped by the aligned bucket of `width` steps that their first step lies in. */
export function group(summaries: Iterable<Summary>, width: number): Map<number, Summary> {
  const groups = new Map<number, Summary>();
  for (const summary of summaries) {
    const position = Math.floor(summary.first.step / width);
    const earlier = groups.get(position);
    groups.set(position, earlier ? merge(earlier, summary) : summary);
  }
  return groups;
}

/** A stretch of rows of one level: positions first..last, inclusive (steps at level 0). */
export interface Stretch {
  level: number;
  first: number;
  last: number;
}

/** The fewest rows, none above `level`, that cover exactly the steps from..to, in ascending order. */
export function cover(level: number, from: number, to: number): Stretch[] {
  if (from > to) return [];
  if (level === 0) return [{ level, first: from, last: to }];
  const width = widthOf(level);
  const first = Math.ceil(from / width);
  const last = Math.floor((to + 1) / width) - 1;
  if (first > last) return cover(level - 1, from, to);
  return [
    ...cover(level - 1, from, first * width - 1),
    { level, first, last },
    ...cover(level - 1, (last + 1) * width, to),
  ];
}

/** The narrowest power of two whose aligned buckets over from..to are at most `resolution`. */
export function bucketWidth(from: number, to: number, resolution: number): number {
  let width = 1;
  while (Math.floor(to / width) - Math.floor(from / width) + 1 > resolution) width *= 2;
  return width;
}

/** The highest level whose buckets all fit inside aligned ones of `width` steps, a power of two. */
export const levelWithin = (width: number): number =>
  Math.min(topLevel, Math.floor(Math.log2(width) / Math.log2(factor)));
