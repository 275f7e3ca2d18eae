// SwiGLU and the scaling of rows, plain or grouped: a grouped tensor is [S, a] here, its slots ordered by expert.
import type { Held } from './binding.ts';
import type { Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

/** σ(gate) and gate·σ(gate). */
const sigmoids = (operations: Operations, { gate }: Inputs<'gate'>): Held[] =>
  operations.once(gate.key, 'swiGlu', () => {
    const sigmoid = operations.run('Sigmoid', [gate]);
    return [sigmoid, operations.multiply(gate, sigmoid)];
  });

/** y = gate·σ(gate)·up (2002.05202). */
const swiGlu = (operations: Operations, inputs: Inputs<'gate' | 'up'>): Held =>
  operations.multiply(sigmoids(operations, inputs)[1]!, inputs.up);

/** dgate = dy·up·σ + (dy·up)·gate·σ·(1 − σ), dup = dy·gate·σ. Returns [dgate, dup]. */
function swiGluGradient(operations: Operations, inputs: Inputs<'gate' | 'up' | 'dy'>): Held[] {
  const { add, multiply } = operations;
  const [sigmoid, silu] = sigmoids(operations, inputs);
  const flow = multiply(inputs.dy, inputs.up);
  const bend = operations.run('SigmoidGrad', [sigmoid!, multiply(flow, inputs.gate)]);
  return [add(multiply(flow, sigmoid!), bend), multiply(inputs.dy, silu!)];
}

/** y[s] = x[s]·scale[s]. x [S, a], scale [S, 1]. */
const scaleRows = (operations: Operations, { x, scale }: Inputs<'x' | 'scale'>): Held => operations.multiply(x, scale);

/** Returns [dy·scale, Σ over a row of dy·x]. */
const scaleRowsGradient = (operations: Operations, { x, scale, dy }: Inputs<'x' | 'scale' | 'dy'>): Held[] => [
  operations.multiply(dy, scale),
  operations.sum(operations.multiply(dy, x), 1, true),
];

export const gated: Kernels = {
  SwiGlu: swiGlu,
  SwiGluGradient: swiGluGradient,
  ScaleRows: scaleRows,
  ScaleRowsGradient: scaleRowsGradient,
};
