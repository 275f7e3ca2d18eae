// The counting program: a forward pass for the routing alone, before the gradients of an accumulated batch.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { Program } from '../engine/engine.ts';
import { forward, routerPasses } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy, stackLayers } from './inputs.ts';

/** Inputs: tokens int32 [N]; bias [L, E] when `withBias`. Output: counts int32 [L, E]. */
export function countsProgram(model: ModelConfiguration, batch: number, withBias: boolean): Program {
  const { targets: _, ...inputs } = batchInputs(model, batch, withBias);
  return {
    name: 'counts',
    ...groupedBy(model, batch),
    inputs,
    build({ tokens, bias }, parameters) {
      const pass = forward(model, parameters, tokens!, batch, biasedScores(bias));
      return { counts: stackLayers(routerPasses(pass).map(({ routing }) => routing.counts)) };
    },
  };
}
