// A curve in fewer points that hides no extreme: of each stretch the first, smallest, largest and last finite point, and the first
// that is not finite. Pure; the x of the points may be anything that ascends.
import type { CurvePoints } from '../../shared/imports.ts';

/** Points that one stretch leaves at most. */
const kept = 5;

/** At most about `most` points; the curve itself where it has no more. */
export function outline({ x, values }: CurvePoints, most: number): CurvePoints {
  if (x.length <= most) return { x, values };
  const stretches = Math.max(1, Math.floor(most / kept));
  const indices: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * x.length) / stretches);
    const to = Math.floor(((stretch + 1) * x.length) / stretches);
    indices.push(...marksOf(values, from, to));
  }
  return { x: Float64Array.from(indices, (at) => x[at]!), values: Float64Array.from(indices, (at) => values[at]!) };
}

function marksOf(values: Float64Array, from: number, to: number): number[] {
  let smallest = -1;
  let largest = -1;
  let notFinite = -1;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) {
      if (notFinite < 0) notFinite = index;
      continue;
    }
    if (smallest < 0 || value < values[smallest]!) smallest = index;
    if (largest < 0 || value > values[largest]!) largest = index;
  }
  const marks = new Set([from, smallest, largest, notFinite, to - 1]);
  marks.delete(-1);
  return [...marks].sort((a, b) => a - b);
}
