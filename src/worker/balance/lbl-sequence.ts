// Load-balancing loss as the SimBal paper runs it (2506.14038): E·Σᵢ fᵢ·Pᵢ on the top-K-masked gates of each sequence,
// fᵢ the share of its tokens whose gate i is above 0, Pᵢ the mean masked gate, averaged over sequences; coefficient 0.01.
import { scatterAlong, takeAlong } from '../engine/kernels.ts';
import { tf } from '../engine/tf.ts';
import type { LayerLoss } from './objective.ts';

export const lblSequence: LayerLoss = ({ probabilities, routing, batch, context, experts, active }) => {
  const { chosen } = routing;
  const bySequence = [batch, context, experts];
  const gates = scatterAlong(takeAlong(probabilities, chosen), chosen, experts);
  const used = scatterAlong(tf.ones([batch * context, active]), chosen, experts);
  const share = tf.mean(tf.reshape(used, bySequence), 1);
  const probability = tf.mean(tf.reshape(gates, bySequence), 1);
  return tf.mul(experts / batch, tf.sum(tf.mul(share, probability)));
};
