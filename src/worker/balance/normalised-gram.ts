// Normalised Gram loss (ERNIE 4.5, router orthogonalisation): each expert's row of Rᵀ scaled to unit norm, then the mean of
// (ŴŴᵀ − I)²; coefficient 0.01. Beside SimBal it asks whether the gain is of scale or of direction.
import { matMul, tf } from '../engine/tf.ts';
import type { LayerLoss } from './objective.ts';

export const normalisedGram: LayerLoss = ({ router, experts }) => {
  const unit = tf.mul(router, tf.rsqrt(tf.sum(tf.square(router), 0, true)));
  const gram = matMul(unit, unit, true, false);
  return tf.mean(tf.square(tf.sub(gram, tf.eye(experts))));
};
