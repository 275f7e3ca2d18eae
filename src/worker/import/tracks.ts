// What every reader makes of a file: named tracks of numbers, and the curves that they are over an axis.
import type { CurvePoints, RecordingAxis, RecordingFormat, RecordingTag } from '../../shared/imports.ts';
import { suggestedQuantity } from '../../shared/imports.ts';

export interface Tracks {
  format: RecordingFormat;
  axes: RecordingAxis[];
  tags: RecordingTag[];
  /** About the whole, and about one tag. */
  notes: string[];
  notesOf(tag: string): string[];
  /** The points as they were recorded, in that order; null for a tag or axis that is not there. */
  track(tag: string, axis: string): CurvePoints | null;
  /** In a log, what goes back in x was done again: the later points are the run's. In a table the order means nothing. */
  order: 'log' | 'table';
}

const firstValues = 5;

export function describe(tag: string, values: Float64Array): RecordingTag {
  let notFinite = 0;
  for (const value of values) if (!Number.isFinite(value)) notFinite++;
  const first = [...values.subarray(0, firstValues)];
  return { tag, points: values.length, notFinite, first, suggested: suggestedQuantity(tag) };
}

/** Ascending in x, one point an x; what was left out is said. A clock (seconds since 1970) counts from its first point. */
export function curveOf(
  { x, values }: CurvePoints,
  order: Tracks['order'],
  clock: boolean,
): CurvePoints & { notes: string[] } {
  const kept = order === 'log' ? lastTold(x) : sorted(x);
  const notes: string[] = [];
  let nowhere = 0;
  for (const place of x) if (!Number.isFinite(place)) nowhere++;
  const replaced = x.length - nowhere - kept.length;
  if (nowhere > 0) notes.push(`${counted(nowhere)} without an x left out.`);
  if (replaced > 0) notes.push(`${counted(replaced)} replaced by later ones of the same stretch.`);
  const xs = Float64Array.from(kept, (index) => x[index]!);
  const from = clock && xs[0]! > 1e8 ? xs[0]! : 0;
  if (from > 0) {
    notes.push('Its seconds count from its first point.');
    for (let index = 0; index < xs.length; index++) xs[index]! -= from;
  }
  return { x: xs, values: Float64Array.from(kept, (index) => values[index]!), notes };
}

const counted = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'point' : 'points'}`;

/** Where x goes back, the points from there on stand for those before. */
function lastTold(x: Float64Array): number[] {
  const kept: number[] = [];
  for (const [index, place] of x.entries()) {
    if (!Number.isFinite(place)) continue;
    while (kept.length > 0 && x[kept.at(-1)!]! >= place) kept.pop();
    kept.push(index);
  }
  return kept;
}

function sorted(x: Float64Array): number[] {
  const places: number[] = [];
  for (const [index, place] of x.entries()) if (Number.isFinite(place)) places.push(index);
  places.sort((a, b) => x[a]! - x[b]! || a - b);
  return places.filter((place, index) => index + 1 === places.length || x[places[index + 1]!] !== x[place]);
}
