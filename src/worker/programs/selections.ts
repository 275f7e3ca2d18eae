// Ways of choosing fewer experts, or others, than training did. They are for evaluation: each gives a token its slots and their gates
// from the router's probabilities. Gates are those of the model (divided by their sum over the K chosen where it renormalises)
// unless said otherwise.
import { dropSlots, route, scatterAlong, takeAlong } from '../engine/kernels.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import { type Selection, selectBest } from '../model/experts.ts';

/** Taken from a score it puts the expert behind all others. */
const beyond = 1e30;
/** Gates that sum to nothing stay nothing. */
const smallest = 1e-30;

/** 2401.06066 §4.5: each token's `count` best experts are masked and its K are the best of the rest; count ≤ E − K. */
export const dropTop =
  (count: number): Selection =>
  (model, probabilities, scores, layer) => {
    if (count === 0) return selectBest(model, probabilities, scores, layer);
    const { chosen } = route(scores, count);
    const mask = scatterAlong(tf.ones([...chosen.shape]), chosen, scores.shape[1]!);
    return selectBest(model, probabilities, tf.sub(scores, tf.mul(mask, beyond)), layer);
  };

/**
 * Of the chosen only those with p ≥ threshold (2506.14038, Table 6), p of the full softmax; with `keepOne` the most probable of
 * them stays in any case. Without it a token may have no expert: its residual stream passes the layer as it is.
 */
export const aboveThreshold = (threshold: number, keepOne: boolean): Selection =>
  keeping((chosen) => {
    // In float32, as the probabilities are, on every engine.
    const bound = tf.scalar(Math.fround(threshold));
    return tf.greaterEqual(chosen, keepOne ? tf.minimum(bound, tf.max(chosen, -1, true)) : bound);
  });

/**
 * Of the chosen, the most probable until their share of the sum over the K is `share` (dynamic K, 2310.04361): expert i stays
 * while those more probable than it (equal ones: those before it) sum to less.
 */
export function cumulativeShare(share: number): Selection {
  if (share === 1) return selectBest;
  return keeping((chosen) => {
    const [N, K] = chosen.shape as [number, number];
    const other = tf.reshape(chosen, [N, 1, K]);
    const own = tf.reshape(chosen, [N, K, 1]);
    const earlier = tf.tensor3d(
      Array.from({ length: K * K }, (_, index) => Number(index % K < Math.floor(index / K))),
      [1, K, K],
    );
    const equal = tf.mul(tf.cast(tf.equal(other, own), 'float32'), earlier);
    const before = tf.add(tf.cast(tf.greater(other, own), 'float32'), equal);
    return tf.less(tf.sum(tf.mul(before, other), -1), tf.mul(share, tf.sum(chosen, -1, true)));
  });
}

/** K down to `active`. */
export const fewerActive =
  (active: number): Selection =>
  (model, probabilities, scores, layer) =>
    selectBest({ ...model, active }, probabilities, scores, layer);

/** In one layer; the others choose as they were trained to. */
export const inLayer =
  (only: number, select: Selection): Selection =>
  (model, probabilities, scores, layer) =>
    (layer === only ? select : selectBest)(model, probabilities, scores, layer);

/** The same slots with gates divided by the sum of each token's. */
export const renormalised =
  (select: Selection): Selection =>
  (model, probabilities, scores, layer) => {
    const { routing, gates } = select(model, probabilities, scores, layer);
    return { routing, gates: tf.div(gates, tf.maximum(tf.sum(gates, -1, true), smallest)) };
  };

/** Drops the slots for whose probabilities [N, K] `stays` is false. */
const keeping =
  (stays: (chosen: Tensor) => Tensor): Selection =>
  (model, probabilities, scores, layer) => {
    const { routing, gates } = selectBest(model, probabilities, scores, layer);
    const kept = tf.cast(stays(takeAlong(probabilities, routing.chosen)), 'float32') as Tensor;
    return { routing: dropSlots(routing, kept), gates: tf.mul(gates, kept) };
  };
