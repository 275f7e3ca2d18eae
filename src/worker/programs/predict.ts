// The prediction program: what the model expects after each token, how wrong it was, and which experts each token used.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { Program } from '../engine/engine.ts';
import { linearCrossEntropy, takeAlong } from '../engine/kernels.ts';
import { matMul, type Tensor, tf } from '../engine/tf.ts';
import { forward, routerPasses } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy, stackLayers } from './inputs.ts';

/**
 * Inputs: tokens, targets int32 [N]; bias [L, E] when `withBias`.
 * Outputs: nll float32 [N]; predicted int32 [N], the most probable next token, of equal ones the lowest; in a mixture also
 * chosen int32 [L, N, K] by falling score, and probabilities float32 [L, N, K], their entries of the router softmax.
 */
export function predictProgram(model: ModelConfiguration, batch: number, withBias: boolean): Program {
  return {
    name: 'predict',
    ...groupedBy(model, batch),
    inputs: batchInputs(model, batch, withBias),
    build(inputs, parameters): Record<string, Tensor> {
      const pass = forward(model, parameters, inputs.tokens!, batch, biasedScores(inputs.bias));
      const head = parameters.one('head');
      const [nll] = linearCrossEntropy(pass.hidden, head, inputs.targets!);
      // A graph forms the logits once, for the loss and for this.
      const predicted = tf.argMax(matMul(pass.hidden, head, false, true), -1);
      const routers = routerPasses(pass);
      if (routers.length === 0) return { nll, predicted };
      const ofChosen = routers.map(({ routing, probabilities }) => takeAlong(probabilities, routing.chosen));
      return {
        nll,
        predicted,
        chosen: stackLayers(routers.map(({ routing }) => routing.chosen)),
        probabilities: stackLayers(ofChosen),
      };
    },
  };
}
