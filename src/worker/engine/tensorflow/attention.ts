// Rotary position embedding and causal attention on [B, H, T, d].
import { rotaryTables } from '../onnx/lower/normalisation.ts';
import type { Held } from './binding.ts';
import type { Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

/** y = x·cos + (x with its halves exchanged)·sin (2104.09864). */
function rotary(
  operations: Operations,
  { x }: Inputs<'x'>,
  { theta, inverse }: { theta: number; inverse: boolean },
): Held {
  const [T, d] = x.shape.slice(-2) as [number, number];
  const table = (part: 'cosine' | 'sine') =>
    operations.constant(`rotary ${part} ${T} ${d} ${theta} ${inverse}`, () => ({
      values: rotaryTables(T, d, theta, inverse)[part],
      shape: [T, d],
    }));
  const exchanged = operations.run('Roll', [x, operations.ints([d / 2]), operations.ints([3])]);
  const { add, multiply } = operations;
  return add(multiply(x, table('cosine')), multiply(exchanged, table('sine')));
}

/** 0 where a query may look, −∞ after it, [T, T]. */
const causalMask = (operations: Operations, T: number): Held =>
  operations.constant(`causal mask ${T}`, () => ({
    values: Float32Array.from({ length: T * T }, (_, index) =>
      index % T > Math.floor(index / T) ? Number.NEGATIVE_INFINITY : 0,
    ),
    shape: [T, T],
  }));

type QueryKeyValue = Inputs<'query' | 'key' | 'value'>;

/** softmax(query·keyᵀ/√d, causal), [B, H, T, T]. */
function probabilities(operations: Operations, { query, key }: QueryKeyValue): Held {
  const [T, d] = query.shape.slice(-2) as [number, number];
  return operations.once(query.key, 'attention', () => {
    const scaled = operations.multiply(query, operations.float(1 / Math.sqrt(d)));
    const scores = operations.batchMatMul(scaled, key, false, true);
    return [operations.run('Softmax', [operations.add(scores, causalMask(operations, T))])];
  })[0]!;
}

const causalAttention = (operations: Operations, inputs: QueryKeyValue): Held =>
  operations.batchMatMul(probabilities(operations, inputs), inputs.value);

/** ds = p·(dy·valueᵀ − Σ dy·output)/√d; returns [ds·key, dsᵀ·query, pᵀ·dy]. */
function causalAttentionGradient(
  operations: Operations,
  { output, dy, ...inputs }: QueryKeyValue & Inputs<'output' | 'dy'>,
): Held[] {
  const { batchMatMul, multiply, subtract } = operations;
  const { query, key, value } = inputs;
  const root = operations.float(1 / Math.sqrt(query.shape[3]!));
  const p = probabilities(operations, inputs);
  const mean = operations.sum(multiply(dy, output), 3, true);
  const ds = multiply(p, subtract(batchMatMul(dy, value, false, true), mean));
  return [multiply(batchMatMul(ds, key), root), multiply(batchMatMul(ds, query, true), root), batchMatMul(p, dy, true)];
}

export const attention: Kernels = {
  Rotary: rotary,
  CausalAttention: causalAttention,
  CausalAttentionGradient: causalAttentionGradient,
};
