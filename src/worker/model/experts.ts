// The feed-forward part of a layer: dropless mixture of SwiGLU experts behind a softmax router, or the one dense network
// of a twin. Router: logits = x·R, softmax over E, then the K largest.
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import {
  groupedMatMul,
  groupRows,
  groupSlots,
  type Routing,
  route,
  scaleRows,
  swiGlu,
  takeAlong,
  ungroupSum,
} from '../engine/kernels.ts';
import { matMul, type Tensor, tf } from '../engine/tf.ts';
import type { ParameterTensors } from './parameters.ts';

/** What one layer's router did with N tokens. */
export interface RouterPass {
  /** R [D, E]. */
  router: Tensor;
  /** x·R [N, E] and its softmax. */
  logits: Tensor;
  probabilities: Tensor;
  routing: Routing;
}

/** Decides by which scores the K experts are chosen; the weights stay the softmax probabilities. */
export type Scores = (layer: number, probabilities: Tensor) => Tensor;

/** A layer's slots and the gate [N, K] of each. K is that of `routing.chosen`. */
export interface Selected {
  routing: Routing;
  gates: Tensor;
}

/** Makes slots of a layer's probabilities and of the scores that choose, both [N, E of this layer]. */
export type Selection = (model: ModelConfiguration, probabilities: Tensor, scores: Tensor, layer: number) => Selected;

/** The K best experts of each token; all there are in a layer of fewer. */
export const selectBest: Selection = (model, probabilities, scores) => {
  const routing = route(scores, Math.min(model.active, scores.shape[1]!));
  return { routing, gates: chosenGates(model, probabilities, routing.chosen) };
};

/** The weights of chosen experts [N, K]: their probabilities, divided by their sum where the model says so. */
export function chosenGates(model: ModelConfiguration, probabilities: Tensor, chosen: Tensor): Tensor {
  const gates = takeAlong(probabilities, chosen);
  return model.renormalise ? tf.div(gates, tf.sum(gates, -1, true)) : gates;
}

/** x [N, D], already normed → [N, D] before the residual sum, and the routing (null in a dense twin). */
export function experts(
  model: ModelConfiguration,
  parameters: ParameterTensors,
  layer: number,
  x: Tensor,
  scores: Scores,
  select: Selection = selectBest,
): { output: Tensor; pass: RouterPass | null } {
  const weights = (part: string) => parameters.group(`layers.${layer}.experts.${part}`);
  if (model.kind === 'dense') {
    const product = (left: Tensor, part: string) => matMul(left, asMatrix(weights(part)[0]!));
    return { output: product(swiGlu(product(x, 'gate'), product(x, 'up')), 'down'), pass: null };
  }
  const router = parameters.one(`layers.${layer}.router`);
  const logits = matMul(x, router) as Tensor;
  const probabilities = tf.softmax(logits);
  const { routing, gates } = select(model, probabilities, scores(layer, probabilities), layer);
  const { counts, chosen } = routing;
  const active = chosen.shape[1]!;
  const rows = groupRows(x, routing, active);
  const inner = swiGlu(groupedMatMul(rows, weights('gate'), counts), groupedMatMul(rows, weights('up'), counts));
  const outputs = scaleRows(groupedMatMul(inner, weights('down'), counts), groupSlots(gates, routing));
  return {
    output: ungroupSum(outputs, routing, active),
    pass: { router, logits, probabilities, routing },
  };
}

/** An engine may hold the one member of a dense group as [1, a, b]. */
const asMatrix = (weight: Tensor): Tensor => (weight.rank === 3 ? tf.reshape(weight, weight.shape.slice(1)) : weight);

/** f_i(x) of every expert i for every token, not only the chosen: x [N, D] → E tensors [N, D]. */
export function everyExpert(
  model: ModelConfiguration,
  parameters: ParameterTensors,
  layer: number,
  x: Tensor,
): Tensor[] {
  const members = (part: string) => {
    const group = parameters.group(`layers.${layer}.experts.${part}`);
    return group.length === 1 && group[0]!.rank === 3
      ? tf.split(group[0]!, model.experts, 0).map((member) => tf.reshape(member, member.shape.slice(1)))
      : group;
  };
  const [gates, ups, downs] = [members('gate'), members('up'), members('down')];
  return gates.map((gate, index) => {
    const inner = swiGlu(matMul(x, gate), matMul(x, ups[index]!));
    return matMul(inner, downs[index]!);
  });
}
