// The differentiated program: one micro-batch to loss, its parts, and the gradients that stay in the engine.
import type { ModelConfiguration, ObjectiveTerm } from '../../shared/config/schema.ts';
import { balancingLosses, biasTerm } from '../balance/registry.ts';
import type { Program } from '../engine/engine.ts';
import { linearCrossEntropy } from '../engine/kernels.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import { forward, routerPasses } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy, layerRow, perExpert, stackLayers } from './inputs.ts';

export interface TrainProgramOptions {
  /** Adds the input globalShare [L, E]: slots over tokens of the whole optimizer batch. */
  globalShare?: boolean;
}

/**
 * Inputs: tokens, targets int32 [N]; bias [L, E] with a loss-free bias; globalShare [L, E] where asked for.
 * Outputs: loss, crossEntropy, zLoss, term.<kind> (scalars, coefficients applied) and, in a mixture, counts int32 [L, E].
 */
export function trainProgram(
  model: ModelConfiguration,
  objective: readonly ObjectiveTerm[],
  batch: number,
  { globalShare = false }: TrainProgramOptions = {},
): Program {
  return {
    name: 'train',
    ...groupedBy(model, batch),
    inputs: {
      ...batchInputs(model, batch, biasTerm(objective) !== undefined),
      ...(globalShare && { globalShare: perExpert(model) }),
    },
    differentiate: 'loss',
    build(inputs, parameters) {
      const pass = forward(model, parameters, inputs.tokens!, batch, biasedScores(inputs.bias));
      const [nll, logSumExp] = linearCrossEntropy(pass.hidden, parameters.one('head'), inputs.targets!);
      const crossEntropy = tf.mean(nll) as Tensor;
      const zLoss = tf.mul(model.outputZLoss, tf.mean(tf.square(logSumExp))) as Tensor;
      const layers = routerPasses(pass).map((router, layer) => ({
        ...router,
        batch,
        context: model.context,
        experts: model.experts,
        active: model.active,
        ...(inputs.globalShare && { globalShare: tf.reshape(layerRow(inputs.globalShare, layer), [model.experts]) }),
      }));
      const terms = balancingLosses(objective, layers);
      const loss = Object.values(terms).reduce((sum, term) => tf.add(sum, term), tf.add(crossEntropy, zLoss) as Tensor);
      return {
        loss,
        crossEntropy,
        zLoss,
        ...Object.fromEntries(Object.entries(terms).map(([kind, term]) => [`term.${kind}`, term])),
        ...(layers.length > 0 && { counts: stackLayers(layers.map(({ routing }) => routing.counts)) }),
      };
    },
  };
}
