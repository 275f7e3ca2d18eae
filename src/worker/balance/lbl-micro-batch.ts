// Load-balancing loss over the micro-batch (Switch 2101.03961 eq. 4, OLMoE 2409.02060): E·Σᵢ fᵢ·Pᵢ with fᵢ the slots of
// expert i over tokens (Σ f = K) and Pᵢ the mean of the full softmax; coefficient 0.01.
import { type Tensor, tf } from '../engine/tf.ts';
import type { LayerLoss, LayerRouting } from './objective.ts';

export const lblMicroBatch: LayerLoss = (layer) => {
  const tokens = layer.batch * layer.context;
  return lossOfShare(layer, tf.div(tf.cast(layer.routing.counts, 'float32'), tokens));
};

/** E·Σ share·P for a given share of slots over tokens [E]. */
export const lossOfShare = ({ probabilities, experts }: LayerRouting, share: Tensor): Tensor =>
  tf.mul(experts, tf.sum(tf.mul(share, tf.mean(probabilities, 0))));
