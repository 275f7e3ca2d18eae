// The evaluation program: per-token losses and where every token was routed.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { Program } from '../engine/engine.ts';
import { linearCrossEntropy } from '../engine/kernels.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import { forward, routerPasses } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy, stackLayers } from './inputs.ts';

/**
 * Inputs: tokens, targets int32 [N]; bias [L, E] when `withBias`.
 * Outputs: nll float32 [N]; in a mixture also chosen int32 [L, N, K], counts int32 [L, E], and entropy float32 [L, N] of the
 * router softmax, in nats.
 */
export function evaluateProgram(model: ModelConfiguration, batch: number, withBias: boolean): Program {
  return {
    name: 'evaluate',
    ...groupedBy(model, batch),
    inputs: batchInputs(model, batch, withBias),
    build(inputs, parameters): Record<string, Tensor> {
      const pass = forward(model, parameters, inputs.tokens!, batch, biasedScores(inputs.bias));
      const [nll] = linearCrossEntropy(pass.hidden, parameters.one('head'), inputs.targets!);
      const routers = routerPasses(pass);
      if (routers.length === 0) return { nll };
      return {
        nll,
        chosen: stackLayers(routers.map(({ routing }) => routing.chosen)),
        counts: stackLayers(routers.map(({ routing }) => routing.counts)),
        entropy: stackLayers(routers.map(({ logits }) => entropies(logits))),
      };
    },
  };
}

/** −Σ p·log p of each token, nats. logits [N, E] → [N]. */
const entropies = (logits: Tensor): Tensor => tf.neg(tf.sum(tf.mul(tf.softmax(logits), tf.logSoftmax(logits)), -1));
