// The decoder-only transformer of the paper (2506.14038 §4): pre-norm, RMSNorm, rotary attention, a mixture of experts in
// every layer, untied embeddings. It ends at the normed hidden states: the loss takes the output layer with it.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { embed, rmsNorm } from '../engine/kernels.ts';
import { type Tensor, tf } from '../engine/tf.ts';
import { attention } from './attention.ts';
import { experts, type RouterPass, type Scores, type Selection, selectBest } from './experts.ts';
import type { ParameterTensors } from './parameters.ts';

export interface Forward {
  /** Normed hidden states [N, D], ready for the head. */
  hidden: Tensor;
  /** Per layer: the normed input of its experts [N, D], and its router's work (null in a dense twin). */
  layers: { input: Tensor; pass: RouterPass | null }[];
}

const byProbability: Scores = (_, probabilities) => probabilities;

/** tokens int32 [N], N = batch·T, sequence after sequence. */
export function forward(
  model: ModelConfiguration,
  parameters: ParameterTensors,
  tokens: Tensor,
  batch: number,
  scores: Scores = byProbability,
  select: Selection = selectBest,
): Forward {
  const normed = (x: Tensor, name: string) => rmsNorm(x, parameters.one(name), model.normEpsilon);
  const layers: Forward['layers'] = [];
  let stream = embed(parameters.one('embedding'), tokens);
  for (let layer = 0; layer < model.layers; layer++) {
    const mixed = attention(model, parameters, layer, normed(stream, `layers.${layer}.attention.norm`), batch);
    stream = tf.add(stream, mixed);
    const input = normed(stream, `layers.${layer}.experts.norm`);
    const { output, pass } = experts(model, parameters, layer, input, scores, select);
    stream = tf.add(stream, output);
    layers.push({ input, pass });
  }
  return { hidden: normed(stream, 'norm'), layers };
}

/** The routers' work of a mixture; empty in a dense twin. */
export const routerPasses = ({ layers }: Forward): RouterPass[] =>
  layers.flatMap(({ pass }) => (pass === null ? [] : [pass]));
