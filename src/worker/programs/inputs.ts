// Inputs that several programs share.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { InputSpecification, Program } from '../engine/engine.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import type { Scores } from '../model/experts.ts';

/** tokens and targets int32 [N], N = batch·T; with a bias also bias float32 [L, E]. */
export function batchInputs(
  model: ModelConfiguration,
  batch: number,
  withBias: boolean,
): Record<string, InputSpecification> {
  const ids: InputSpecification = { shape: [batch * model.context], dtype: 'int32' };
  return { tokens: ids, targets: ids, ...(withBias && { bias: perExpert(model) }) };
}

export const perExpert = (model: ModelConfiguration): InputSpecification => ({
  shape: [model.layers, model.experts],
  dtype: 'float32',
});

/** Row `layer` of a [L, E] input, as [1, E]. */
export const layerRow = (input: Tensor, layer: number): Tensor => tf.slice(input, [layer, 0], [1, input.shape[1]!]);

/** Choosing by p + b, where the program has a bias (2408.15664). */
export const biasedScores = (bias: Tensor | undefined): Scores | undefined =>
  bias && ((layer, probabilities) => tf.add(probabilities, layerRow(bias, layer)));

/** One tensor [L, …] of a tensor a layer. */
export const stackLayers = (layers: readonly Tensor[]): Tensor =>
  tf.concat(
    layers.map((tensor) => tf.reshape(tensor, [1, ...tensor.shape])),
    0,
  );

/** The routing of a batch of N = B·T tokens, for a program's `grouped`; nothing in a dense twin. */
export const groupedBy = (model: ModelConfiguration, batch: number): Pick<Program, 'grouped'> =>
  model.kind === 'moe'
    ? { grouped: { tokens: batch * model.context, experts: model.experts, active: model.active } }
    : {};
