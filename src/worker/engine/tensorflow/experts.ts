// The experts' matrix products, ragged: as many rows as each expert has, none wasted. Splitting by rows copies nothing in TensorFlow.
import type { Held } from './binding.ts';
import type { Input, Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

/** y[s] = x[s]·weights[expert of s]. Inputs in order: x [S, a], counts [E], E matrices [a, b] ([b, a] with `transpose`). */
function groupedMatMul(operations: Operations, inputs: Inputs, { transpose }: { transpose: boolean }): Held {
  const [x, counts, ...weights] = Object.values(inputs) as [Input, Input, ...Input[]];
  const pieces = operations.split(x, counts, 0);
  const products = pieces.map((piece, expert) => operations.matMul(piece, weights[expert]!, false, transpose));
  return operations.concat(products, 0);
}

/** Σ over an expert's rows of x[s]ᵀ·dy[s]. x [S, a], dy [S, b] → E matrices [a, b]. */
function groupedOuter(operations: Operations, { x, dy, counts }: Inputs<'x' | 'dy' | 'counts'>): Held[] {
  const right = operations.split(dy, counts, 0);
  return operations.split(x, counts, 0).map((piece, expert) => operations.matMul(piece, right[expert]!, true));
}

export const experts: Kernels = { GroupedMatMul: groupedMatMul, GroupedOuter: groupedOuter };
