// Rotary position embedding and causal attention on [B, H, T, d].
import { type Kernels, type Named, type NDArray, size, zeros } from './ndarray.ts';

/** Turns the pair (j, j + d/2) at position t by t·theta^(−2j/d) (2104.09864); backwards with `inverse`. */
function rotary({ x }: Named<'x'>, { theta, inverse }: { theta: number; inverse: boolean }): NDArray {
  const y = zeros(x.shape);
  const [T, d] = x.shape.slice(-2) as [number, number];
  for (let row = 0; row < size(x.shape) / d; row++) {
    const position = row % T;
    for (let j = 0; j < d / 2; j++) {
      const angle = (inverse ? -position : position) * theta ** ((-2 * j) / d);
      const first = row * d + j;
      const second = first + d / 2;
      y.values[first] = x.values[first]! * Math.cos(angle) - x.values[second]! * Math.sin(angle);
      y.values[second] = x.values[first]! * Math.sin(angle) + x.values[second]! * Math.cos(angle);
    }
  }
  return y;
}

/** a[i]·b[j], rows of length d. */
function dot(a: NDArray, i: number, b: NDArray, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += a.values[i * d + c]! * b.values[j * d + c]!;
  return sum;
}

/** y[i] += factor·x[j], rows of length d. */
function addRow(y: NDArray, i: number, factor: number, x: NDArray, j: number, d: number): void {
  for (let c = 0; c < d; c++) y.values[i * d + c]! += factor * x.values[j * d + c]!;
}

/** softmax(query·key/√d) of one query row over the key rows of its sequence up to and including its own. */
function probabilities(query: NDArray, key: NDArray, row: number, first: number, d: number): Float64Array {
  const p = new Float64Array(row - first + 1);
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = first; j <= row; j++) {
    p[j - first] = dot(query, row, key, j, d) / Math.sqrt(d);
    largest = Math.max(largest, p[j - first]!);
  }
  let total = 0;
  for (let j = 0; j < p.length; j++) total += p[j] = Math.exp(p[j]! - largest);
  for (let j = 0; j < p.length; j++) p[j]! /= total;
  return p;
}

/** output[i] = Σ_{j ≤ i} p[i, j]·value[j]. */
function causalAttention({ query, key, value }: Named<'query' | 'key' | 'value'>): NDArray {
  const output = zeros(query.shape);
  const [T, d] = query.shape.slice(-2) as [number, number];
  for (let row = 0; row < size(query.shape) / d; row++) {
    const first = row - (row % T);
    const p = probabilities(query, key, row, first, d);
    for (let j = first; j <= row; j++) addRow(output, row, p[j - first]!, value, j, d);
  }
  return output;
}

/**
 * dvalue[j] = Σ_i p[i, j]·dy[i]; the score's gradient is ds[i, j] = p[i, j]·(dy[i]·value[j] − dy[i]·output[i]), and
 * dquery[i] = Σ_j ds[i, j]·key[j]/√d, dkey[j] = Σ_i ds[i, j]·query[i]/√d. Returns [dquery, dkey, dvalue].
 */
function causalAttentionGradient({
  query,
  key,
  value,
  output,
  dy,
}: Named<'query' | 'key' | 'value' | 'output' | 'dy'>): NDArray[] {
  const [dquery, dkey, dvalue] = [zeros(query.shape), zeros(key.shape), zeros(value.shape)];
  const [T, d] = query.shape.slice(-2) as [number, number];
  for (let row = 0; row < size(query.shape) / d; row++) {
    const first = row - (row % T);
    const p = probabilities(query, key, row, first, d);
    const mean = dot(dy, row, output, row, d);
    for (let j = first; j <= row; j++) {
      const ds = (p[j - first]! * (dot(dy, row, value, j, d) - mean)) / Math.sqrt(d);
      addRow(dquery, row, ds, key, j, d);
      addRow(dkey, j, ds, query, row, d);
      addRow(dvalue, j, p[j - first]!, dy, row, d);
    }
  }
  return [dquery, dkey, dvalue];
}

export const attention: Kernels = {
  Rotary: rotary,
  CausalAttention: causalAttention,
  CausalAttentionGradient: causalAttentionGradient,
};
