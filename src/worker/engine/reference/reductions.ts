// Sums, means and extremes over axes, and softmax.
import { axesOf, broadcast, type Kernels, type Named, type NDArray, rows, size, zeros } from './ndarray.ts';

interface Axes {
  axis?: number | number[];
  keepDims?: boolean;
}

/** Folds the named axes with f. Reducing is broadcasting turned round: each entry goes where it would be copied from. */
function reduce(x: NDArray, { axis, keepDims }: Axes, initial: number, f: (a: number, b: number) => number): NDArray {
  const axes = axesOf(axis, x.shape);
  const kept = x.shape.map((length, index) => (axes.includes(index) ? 1 : length));
  const y = zeros(keepDims ? kept : x.shape.filter((_, index) => !axes.includes(index)));
  y.values.fill(initial);
  const places = broadcast(kept, x.shape);
  for (let i = 0; i < places.length; i++) y.values[places[i]!] = f(y.values[places[i]!]!, x.values[i]!);
  return y;
}

/** What a reduction of whole numbers makes is whole as well. */
const typedAs = ({ dtype }: NDArray, y: NDArray): NDArray =>
  dtype === 'float32' ? y : { ...y, dtype, values: Int32Array.from(y.values) };

const total = (x: NDArray, axes: Axes): NDArray => reduce(x, axes, 0, (a, b) => a + b);

const sum = ({ x }: Named<'x'>, axes: Axes): NDArray => typedAs(x, total(x, axes));

function mean({ x }: Named<'x'>, axes: Axes): NDArray {
  const y = total(x, axes);
  const count = size(axesOf(axes.axis, x.shape).map((axis) => x.shape[axis]!));
  for (let i = 0; i < y.values.length; i++) y.values[i]! /= count;
  return y;
}

/** Max calls its axes reductionIndices. */
const extreme =
  (f: (a: number, b: number) => number, initial: number) =>
  (
    { x }: Named<'x'>,
    { reductionIndices, axis = reductionIndices, keepDims }: Axes & { reductionIndices?: number[] },
  ) =>
    typedAs(x, reduce(x, { axis, keepDims }, initial, f));

/** The place of each row's largest entry, of equal ones the first; over the last axis alone. */
function argMax({ x }: Named<'x'>): NDArray {
  const { count, length } = rows(x);
  const y = zeros(x.shape.slice(0, -1), 'int32');
  for (let row = 0; row < count; row++) {
    let best = row * length;
    for (let i = best + 1; i < (row + 1) * length; i++) if (x.values[i]! > x.values[best]!) best = i;
    y.values[row] = best - row * length;
  }
  return y;
}

/** Over the last axis, the only one that TensorFlow.js allows. */
function softmax({ logits }: Named<'logits'>): NDArray {
  const y = zeros(logits.shape);
  const { count, length } = rows(logits);
  for (let row = 0; row < count; row++) {
    const begin = row * length;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = begin; i < begin + length; i++) largest = Math.max(largest, logits.values[i]!);
    let total = 0;
    for (let i = begin; i < begin + length; i++) total += y.values[i] = Math.exp(logits.values[i]! - largest);
    for (let i = begin; i < begin + length; i++) y.values[i]! /= total;
  }
  return y;
}

export const reductions: Kernels = {
  Sum: sum,
  Mean: mean,
  Max: extreme(Math.max, Number.NEGATIVE_INFINITY),
  Min: extreme(Math.min, Number.POSITIVE_INFINITY),
  ArgMax: argMax,
  Softmax: softmax,
};
