// How far two subspaces are turned against each other, in float64.
import { singularValues } from '../measures/singular-values.ts';

/**
 * Principal angles between the spaces that two sets of vectors span, in radians, ascending (Björck & Golub 1973). Small angles
 * come from sines, large ones from cosines, so that both are exact to working precision.
 * @param a row-major [count, length], count ≤ length; vectors that add nothing to the span are left out
 */
export function principalAngles(a: ArrayLike<number>, b: ArrayLike<number>, count: number, length: number): number[] {
  const [first, second] = [orthonormalRows(a, count, length), orthonormalRows(b, count, length)];
  const [ranks, other] = [first.length, second.length];
  const angles = Math.min(ranks, other);
  if (angles === 0) return [];
  // The smaller space is projected onto the larger one.
  const [onto, from] = ranks >= other ? [first, second] : [second, first];
  const products = new Float64Array(from.length * onto.length);
  const rest = new Float64Array(from.length * length);
  for (const [row, vector] of from.entries()) {
    const remainder = Float64Array.from(vector);
    for (const [column, base] of onto.entries()) {
      const entry = product(vector, base);
      products[row * onto.length + column] = entry;
      for (let index = 0; index < length; index++) remainder[index]! -= entry * base[index]!;
    }
    rest.set(remainder, row * length);
  }
  const cosines = singularValues(products, from.length, onto.length);
  const sines = singularValues(rest, from.length, length).reverse();
  return Array.from({ length: angles }, (_, index) => Math.atan2(sines[index]!, cosines[index]!));
}

/** Gram–Schmidt, done twice, which is enough; rows that are combinations of earlier ones drop out. */
function orthonormalRows(vectors: ArrayLike<number>, count: number, length: number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let row = 0; row < count; row++) {
    const vector = Float64Array.from({ length }, (_, index) => vectors[row * length + index]!);
    const before = Math.sqrt(product(vector, vector));
    for (let pass = 0; pass < 2; pass++) {
      for (const base of rows) {
        const entry = product(vector, base);
        for (let index = 0; index < length; index++) vector[index]! -= entry * base[index]!;
      }
    }
    const norm = Math.sqrt(product(vector, vector));
    if (!(norm > 1e-12 * before)) continue;
    for (let index = 0; index < length; index++) vector[index]! /= norm;
    rows.push(vector);
  }
  return rows;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
