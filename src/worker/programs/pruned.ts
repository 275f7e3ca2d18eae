// The evaluation of a pruned model: layers may have different numbers of experts, and tokens choose theirs in another way.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { InputSpecification, Program } from '../engine/engine.ts';
import { linearCrossEntropy } from '../engine/kernels.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import type { Scores, Selection } from '../model/experts.ts';
import { forward, routerPasses } from '../model/transformer.ts';
import { batchInputs } from './inputs.ts';

export interface PrunedProgramOptions {
  batch: number;
  /** E of each layer. */
  experts: readonly number[];
  withBias: boolean;
  select: Selection;
}

/**
 * Inputs: tokens, targets int32 [N]; bias float32 [ΣE], layer after layer, when `withBias`.
 * Outputs: nll float32 [N]; counts int32 [ΣE], the slots that are kept.
 */
export function prunedProgram(model: ModelConfiguration, options: PrunedProgramOptions): Program {
  const { batch, experts, withBias, select } = options;
  const total = experts.reduce((sum, count) => sum + count, 0);
  const bias: InputSpecification = { shape: [total], dtype: 'float32' };
  const tokens = batch * model.context;
  return {
    name: 'pruned',
    grouped: { tokens, experts: Math.min(...experts), active: Math.min(model.active, ...experts) },
    inputs: { ...batchInputs(model, batch, false), ...(withBias && { bias }) },
    build(inputs, parameters) {
      const scores = inputs.bias && biasedBy(inputs.bias, experts);
      const pass = forward(model, parameters, inputs.tokens!, batch, scores, select);
      const [nll] = linearCrossEntropy(pass.hidden, parameters.one('head'), inputs.targets!);
      return {
        nll,
        counts: tf.concat(
          routerPasses(pass).map(({ routing }) => routing.counts),
          0,
        ),
      };
    },
  };
}

/** Choosing by p + b (2408.15664), where each layer has its own number of experts. */
function biasedBy(bias: Tensor, experts: readonly number[]): Scores {
  return (layer, probabilities) => {
    const begin = experts.slice(0, layer).reduce((sum, count) => sum + count, 0);
    return tf.add(probabilities, tf.reshape(tf.slice(bias, [begin], [experts[layer]!]), [1, experts[layer]!]));
  };
}
