// The objectives by kind. An objective of a run is the sum of its terms.
import type { ObjectiveKind, ObjectiveTerm } from '../../shared/config/schema.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import { lblGlobalBatch } from './lbl-global-batch.ts';
import { lblMicroBatch } from './lbl-micro-batch.ts';
import { lblSequence } from './lbl-sequence.ts';
import { normalisedGram } from './normalised-gram.ts';
import type { LayerLoss, LayerRouting } from './objective.ts';
import { routerZ } from './router-z.ts';
import { simbal } from './simbal.ts';

const layerLosses: Record<Exclude<ObjectiveKind, 'loss-free-bias'>, LayerLoss> = {
  simbal,
  'lbl-sequence': lblSequence,
  'lbl-micro-batch': lblMicroBatch,
  'lbl-global-batch': lblGlobalBatch,
  'router-z': routerZ,
  'normalised-gram': normalisedGram,
};

/** Each term's scalar loss over all layers, coefficient applied, by kind; a term without a loss (a bias) has no entry. */
export function balancingLosses(
  objective: readonly ObjectiveTerm[],
  layers: readonly LayerRouting[],
): Record<string, Tensor> {
  const losses: Record<string, Tensor> = {};
  for (const term of objective) {
    if (term.kind === 'loss-free-bias' || layers.length === 0) continue;
    const perLayer = layers.map(layerLosses[term.kind]);
    const sum = perLayer.reduce((total, loss) => tf.add(total, loss));
    const over = term.kind === 'simbal' && term.layers === 'sum' ? 1 : layers.length;
    losses[term.kind] = tf.mul(term.coefficient / over, sum);
  }
  return losses;
}

/** The bias term of an objective, if it has one. */
export const biasTerm = (objective: readonly ObjectiveTerm[]) =>
  objective.find((term) => term.kind === 'loss-free-bias');

/** True where the shares of the whole optimizer batch have to be known before its gradients. */
export const needsGlobalShare = (objective: readonly ObjectiveTerm[], accumulate: number): boolean =>
  accumulate > 1 && objective.some((term) => term.kind === 'lbl-global-batch');
