// Causal self-attention with rotary positions. N = B·T tokens; H heads of width d = D/H.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { causalAttention, rmsNorm, rotary } from '../engine/kernels.ts';
import { matMul, type Tensor, tf } from '../engine/tf.ts';
import type { ParameterTensors } from './parameters.ts';

/** x [N, D], already normed → [N, D], before the residual sum. */
export function attention(
  model: ModelConfiguration,
  parameters: ParameterTensors,
  layer: number,
  x: Tensor,
  batch: number,
): Tensor {
  const { context: T, heads: H, width: D } = model;
  const named = (part: string) => parameters.one(`layers.${layer}.attention.${part}`);
  const project = (part: string) => matMul(x, named(part)) as Tensor;
  const toHeads = (flat: Tensor) => tf.transpose(tf.reshape(flat, [batch, T, H, D / H]), [0, 2, 1, 3]);
  const normed = (flat: Tensor, part: string) =>
    model.queryKeyNorm ? rmsNorm(flat, named(part), model.normEpsilon) : flat;
  const query = rotary(toHeads(normed(project('query'), 'queryNorm')), model.ropeTheta);
  const key = rotary(toHeads(normed(project('key'), 'keyNorm')), model.ropeTheta);
  const mixed = causalAttention(query, key, toHeads(project('value')));
  const merged = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * T, D]);
  return matMul(merged, named('output'));
}
