// The two rearrangements between our matrices [in, out] and rows of outputs [out, in], both ways.
import { transpose } from '../inspect/moe-layers.ts';
import { rotaryRow, type Step } from './tensor-names.ts';

/** Ours [in, out] → theirs [out, in]. `d` is the width of a head. */
export function toTheirs(
  values: Float32Array,
  step: Step,
  [inner, out]: readonly [number, number],
  d: number,
): Float32Array {
  if (step === 'same') return values;
  const rows = transpose(values, inner, out);
  return step === 'turn' ? rows : reorder(rows, inner, (row) => row - (row % d) + rotaryRow(row % d, d));
}

/** Theirs [out, in] → ours [in, out]. */
export function toOurs(
  values: Float32Array,
  step: Step,
  [inner, out]: readonly [number, number],
  d: number,
): Float32Array {
  if (step === 'same') return values;
  if (step === 'turn') return transpose(values, out, inner);
  const place = Array.from({ length: d }, (_, row) => rotaryRow(row, d));
  return transpose(
    reorder(values, inner, (row) => row - (row % d) + place.indexOf(row % d)),
    out,
    inner,
  );
}

/** Row i of the result is row `source(i)`. */
function reorder(rows: Float32Array, width: number, source: (row: number) => number): Float32Array {
  const result = new Float32Array(rows.length);
  for (let row = 0; row * width < rows.length; row++) {
    const from = source(row) * width;
    result.set(rows.subarray(from, from + width), row * width);
  }
  return result;
}
