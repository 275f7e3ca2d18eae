// What experts do with their rows. Grouped arrays [S, a] have the slots ordered by expert; `counts` [E] says how many each.
import { addProduct, matrix } from './matmul.ts';
import { type Kernels, type Named, type NDArray, rows, zeros } from './ndarray.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** y = gate·σ(gate)·up (2002.05202). */
function swiGlu({ gate, up }: Named<'gate' | 'up'>): NDArray {
  const y = zeros(gate.shape);
  for (let i = 0; i < y.values.length; i++) y.values[i] = gate.values[i]! * sigmoid(gate.values[i]!) * up.values[i]!;
  return y;
}

/** dgate = dy·up·σ·(1 + gate·(1 − σ)), dup = dy·gate·σ. Returns [dgate, dup]. */
function swiGluGradient({ gate, up, dy }: Named<'gate' | 'up' | 'dy'>): NDArray[] {
  const [dgate, dup] = [zeros(gate.shape), zeros(up.shape)];
  for (let i = 0; i < dy.values.length; i++) {
    const g = gate.values[i]!;
    const s = sigmoid(g);
    dgate.values[i] = dy.values[i]! * up.values[i]! * s * (1 + g * (1 - s));
    dup.values[i] = dy.values[i]! * g * s;
  }
  return [dgate, dup];
}

/** y[s] = x[s]·scale[s]. x [S, a], scale [S, 1]. */
function scaleRows({ x, scale }: Named<'x' | 'scale'>): NDArray {
  const y = zeros(x.shape);
  const { length } = rows(x);
  for (let i = 0; i < y.values.length; i++) y.values[i] = x.values[i]! * scale.values[Math.floor(i / length)]!;
  return y;
}

/** dx[s] = dy[s]·scale[s], dscale[s] = dy[s]·x[s]. Returns [dx, dscale]. */
function scaleRowsGradient({ x, scale, dy }: Named<'x' | 'scale' | 'dy'>): NDArray[] {
  const dscale = zeros(scale.shape);
  const { length } = rows(x);
  for (let i = 0; i < x.values.length; i++) dscale.values[Math.floor(i / length)]! += dy.values[i]! * x.values[i]!;
  return [scaleRows({ x: dy, scale }), dscale];
}

/** The E matrices of a list of matrices, or of one array [E, a, b]. */
function matricesOf(weights: readonly NDArray[]): NDArray[] {
  const [stack] = weights as [NDArray];
  if (stack.shape.length === 2) return [...weights];
  const [E, a, b] = stack.shape as [number, number, number];
  return Array.from({ length: E }, (_, expert) => ({
    ...stack,
    shape: [a, b],
    values: stack.values.subarray(expert * a * b, (expert + 1) * a * b),
  }));
}

/** y[s] = x[s]·weights[expert of s]. Inputs in order: x [S, a], counts [E], E matrices [a, b] ([b, a] with `transpose`). */
function groupedMatMul(inputs: Record<string, NDArray>, { transpose }: { transpose: boolean }): NDArray {
  const [x, counts, ...weights] = Object.values(inputs) as [NDArray, NDArray, NDArray];
  const matrices = matricesOf(weights);
  const [S, a] = x.shape as [number, number];
  const b = matrices[0]!.shape[transpose ? 0 : 1]!;
  const y = zeros([S, b]);
  let first = 0;
  for (const [expert, count] of counts.values.entries()) {
    const weight = matrices[expert]!;
    addProduct(
      matrix(y.values, b, false, first * b),
      matrix(x.values, a, false, first * a),
      matrix(weight.values, weight.shape[1]!, transpose),
      count,
      a,
      b,
    );
    first += count;
  }
  return y;
}

/** Σ over an expert's rows of x[s]ᵀ·dy[s]. x [S, a], dy [S, b] → E matrices [a, b], or `stacked` one array [E, a, b]. */
function groupedOuter({ x, dy, counts }: Named<'x' | 'dy' | 'counts'>, { stacked }: { stacked: boolean }): NDArray[] {
  const [E, a, b] = [counts.shape[0]!, x.shape[1]!, dy.shape[1]!];
  const stack = zeros([E, a, b]);
  let first = 0;
  for (const [expert, count] of counts.values.entries()) {
    addProduct(
      matrix(stack.values, b, false, expert * a * b),
      matrix(x.values, a, true, first * a),
      matrix(dy.values, b, false, first * b),
      a,
      count,
      b,
    );
    first += count;
  }
  return stacked ? [stack] : matricesOf([stack]);
}

export const experts: Kernels = {
  SwiGlu: swiGlu,
  SwiGluGradient: swiGluGradient,
  ScaleRows: scaleRows,
  ScaleRowsGradient: scaleRowsGradient,
  GroupedMatMul: groupedMatMul,
  GroupedOuter: groupedOuter,
};
