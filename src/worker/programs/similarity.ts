// Pairwise Expert Similarity (2506.14038 §3.3): for one token x, 2/(E(E−1))·Σ_{i<j} cos(fᵢ(x), fⱼ(x)) over all E experts.
// With unit outputs ûᵢ the pairs' sum is (‖Σ ûᵢ‖² − Σ‖ûᵢ‖²)/2, so a token costs E·D beyond the experts themselves; the mean
// cosine of every pair is one product of [E, N·D] with itself.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import type { Program } from '../engine/engine.ts';
import { matMul, type Tensor, tf } from '../engine/tf.ts';
import { everyExpert } from '../model/experts.ts';
import { forward, routerPasses } from '../model/transformer.ts';
import { batchInputs, biasedScores, groupedBy, stackLayers } from './inputs.ts';

/** Added to squared norms: an expert whose output is zero is orthogonal to every other. */
const smallest = 1e-30;

export interface SimilarityProgramOptions {
  /** Adds the output chosen int32 [L, N, K]: where the model routed each token. */
  withChosen?: boolean;
}

/**
 * Inputs: tokens int32 [N]; counted float32 [N], 1 or, for a row that only fills the batch up, 0; bias [L, E] when `withBias`.
 * Outputs: pairs float32 [L, E, E], the mean cosine of each pair over the counted tokens; perToken float32 [L, N], each counted token's PES.
 */
export function similarityProgram(
  model: ModelConfiguration,
  batch: number,
  withBias: boolean,
  { withChosen = false }: SimilarityProgramOptions = {},
): Program {
  const { targets: _, ...inputs } = batchInputs(model, batch, withBias);
  return {
    name: 'similarity',
    ...groupedBy(model, batch),
    inputs: { ...inputs, counted: { shape: [batch * model.context], dtype: 'float32' } },
    build({ tokens, counted, bias }, parameters) {
      const pass = forward(model, parameters, tokens!, batch, biasedScores(bias));
      const routers = routerPasses(pass);
      if (routers.length === 0) throw new Error('PES needs a mixture of experts.');
      const layers = pass.layers.map(({ input }, layer) =>
        pairwiseSimilarity(everyExpert(model, parameters, layer, input).map(unitRows), counted!),
      );
      return {
        pairs: stackLayers(layers.map(({ pairs }) => pairs)),
        perToken: stackLayers(layers.map(({ perToken }) => perToken)),
        ...(withChosen && { chosen: stackLayers(routers.map(({ routing }) => routing.chosen)) }),
      };
    },
  };
}

const squaredNorms = (x: Tensor): Tensor => tf.sum(tf.square(x), -1, true);

const unitRows = (x: Tensor): Tensor => tf.mul(x, tf.rsqrt(tf.add(squaredNorms(x), smallest)));

/** units: E tensors [N, D] of unit (or zero) rows; counted [N]. */
function pairwiseSimilarity(units: Tensor[], counted: Tensor): { pairs: Tensor; perToken: Tensor } {
  const [N, D] = units[0]!.shape as [number, number];
  const E = units.length;
  const weights = tf.reshape(counted, [N, 1]);
  const weighted = units.map((unit) => tf.mul(unit, weights) as Tensor);
  const flat = tf.concat(
    weighted.map((unit) => tf.reshape(unit, [1, N * D])),
    0,
  );
  const pairs = tf.div(matMul(flat, flat, false, true), tf.sum(counted)) as Tensor;
  const sum = weighted.reduce((total, unit) => tf.add(total, unit));
  const own = weighted.map(squaredNorms).reduce((total, norm) => tf.add(total, norm));
  const perToken = tf.div(tf.sub(squaredNorms(sum), own), Math.max(1, E * (E - 1))) as Tensor;
  return { pairs, perToken: tf.reshape(perToken, [N]) };
}
