// The kernels of our own: what the model needs and tfjs lacks or does wastefully. Each is a tfjs op with its gradient
// kernel; every engine implements the kernels by name. Letters: N tokens, S = N·K routed slots, E experts, K active.
//
// Grouped tensors: [S, a] with the slots ordered by expert (stably: by token, then by rank within a token). Their layout
// is the engine's own business, so only the kernels here, and `add`, take them.
import { type Tensor, tf } from './tf.ts';

type Tensors = Record<string, Tensor>;
type Attributes = Record<string, number | boolean>;

const run = <T extends Tensor | Tensor[]>(name: string, inputs: Tensors, attributes: Attributes = {}): T =>
  tf.engine().runKernel(name, inputs, attributes) as T;

interface Differentiable {
  inputs: string[];
  outputs?: boolean[];
  /** Gradients by input name, from the output gradients, the saved inputs by name and the saved outputs in order. */
  gradient(
    gradients: Tensor[],
    saved: Tensors,
    attributes: Attributes,
    outputs: Tensor[],
  ): Record<string, () => Tensor>;
}

/** Registers the gradient of a kernel; of an input that is not returned none flows. */
function differentiable(kernelName: string, { inputs, outputs, gradient }: Differentiable): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: inputs,
    ...(outputs && { outputsToSave: outputs }),
    gradFunc: (dy, saved, attributes) => {
      const named = Object.fromEntries(inputs.map((name, index) => [name, saved[index]!]));
      const gradients = Array.isArray(dy) ? dy : [dy];
      return gradient(gradients, named, attributes as unknown as Attributes, saved.slice(inputs.length));
    },
  });
}

/** The gradients of several inputs, out of one kernel that has already run. */
const together = (results: Tensor[], names: readonly string[]): Record<string, () => Tensor> =>
  Object.fromEntries(names.map((name, index) => [name, () => results[index]!]));

/** RMSNorm over the last axis: x·(mean(x²) + ε)^(−1/2)·gain. x [N, a], gain [a]. */
export const rmsNorm = (x: Tensor, gain: Tensor, epsilon: number): Tensor => run('RmsNorm', { x, gain }, { epsilon });
differentiable('RmsNorm', {
  inputs: ['x', 'gain'],
  gradient: ([dy], { x, gain }, { epsilon }) =>
    together(run('RmsNormGradient', { x: x!, gain: gain!, dy: dy! }, { epsilon: epsilon! }), ['x', 'gain']),
});

/**
 * Rotary position embedding, rotate-half pairs (j, j + d/2), angle position·theta^(−2j/d) (RoFormer, 2104.09864).
 * x [B, H, T, d]; `inverse` turns the other way, which is also the gradient.
 */
export const rotary = (x: Tensor, theta: number, inverse = false): Tensor => run('Rotary', { x }, { theta, inverse });
differentiable('Rotary', {
  inputs: [],
  gradient: ([dy], _, { theta, inverse }) => ({ x: () => rotary(dy!, theta as number, !inverse) }),
});

/** softmax(q·kᵀ/√d, causal)·v for q, k, v [B, H, T, d]. */
export const causalAttention = (query: Tensor, key: Tensor, value: Tensor): Tensor =>
  run('CausalAttention', { query, key, value });
differentiable('CausalAttention', {
  inputs: ['query', 'key', 'value'],
  outputs: [true],
  gradient: ([dy], saved, _, [output]) =>
    together(run('CausalAttentionGradient', { ...saved, output: output!, dy: dy! }), ['query', 'key', 'value']),
});

/** SwiGLU: silu(gate)·up, element-wise; plain or grouped (GLU variants, 2002.05202). */
export const swiGlu = (gate: Tensor, up: Tensor): Tensor => run('SwiGlu', { gate, up });
differentiable('SwiGlu', {
  inputs: ['gate', 'up'],
  gradient: ([dy], saved) => together(run('SwiGluGradient', { ...saved, dy: dy! }), ['gate', 'up']),
});

/** Rows of a table: table [V, D], ids int32 [N] → [N, D]. */
export const embed = (table: Tensor, ids: Tensor): Tensor => run('Embed', { table, ids });
differentiable('Embed', {
  inputs: ['table', 'ids'],
  gradient: ([dy], { table, ids }) => ({
    table: () => run('EmbedGradient', { dy: dy!, ids: ids! }, { rows: table!.shape[0]! }),
  }),
});

/**
 * Output layer and loss in one, so that no engine need form a one-hot or a scaled copy of the logits:
 * logits = hidden·headᵀ; returns [nll, logsumexp], each [N]. hidden [N, D], head [V, D], targets int32 [N].
 */
export const linearCrossEntropy = (hidden: Tensor, head: Tensor, targets: Tensor): [Tensor, Tensor] =>
  run('LinearCrossEntropy', { hidden, head, targets });
differentiable('LinearCrossEntropy', {
  inputs: ['hidden', 'head', 'targets'],
  gradient: ([nll, logSumExp], saved) =>
    together(run('LinearCrossEntropyGradient', { ...saved, dNll: nll!, dLogSumExp: logSumExp! }), ['hidden', 'head']),
});

/** x[n, chosen[n, k]]: x [N, E], chosen int32 [N, K] → [N, K]. */
export const takeAlong = (x: Tensor, chosen: Tensor): Tensor => run('TakeAlong', { x, chosen });
differentiable('TakeAlong', {
  inputs: ['x', 'chosen'],
  gradient: ([dy], { x, chosen }) => ({ x: () => scatterAlong(dy!, chosen!, x!.shape[1]!) }),
});

/** The transpose of takeAlong: values [N, K] put at chosen [N, K] of a row of E zeros → [N, E]. */
export const scatterAlong = (values: Tensor, chosen: Tensor, size: number): Tensor =>
  run('ScatterAlong', { values, chosen }, { size });
differentiable('ScatterAlong', {
  inputs: ['chosen'],
  gradient: ([dy], { chosen }) => ({ values: () => takeAlong(dy!, chosen!) }),
});

/** Where every slot goes. `order`, `inverse` and `token` are the engine's own; only `chosen` and `counts` are for reading. */
export interface Routing {
  /** int32 [N, K], by falling score; equal scores: the lower expert first. */
  chosen: Tensor;
  /** int32 [E], slots of each expert. */
  counts: Tensor;
  /** int32 [S], the slot (token·K + rank) at each grouped place. */
  order: Tensor;
  /** int32 [S], the grouped place of each slot. */
  inverse: Tensor;
  /** int32 [S], the token at each grouped place. */
  token: Tensor;
  /** Whether slots were dropped: there are fewer grouped places than slots, and nothing at theirs (see dropSlots). */
  partial?: boolean;
}

/** The K largest scores of each token, and the stable sort of the slots by expert. No gradient flows. scores [N, E]. */
export function route(scores: Tensor, active: number): Routing {
  const [chosen, counts, order, inverse, token] = run<Tensor[]>('MoeRoute', { scores: detach(scores) }, { active });
  return { chosen: chosen!, counts: counts!, order: order!, inverse: inverse!, token: token! };
}

/**
 * Leaves out the slots whose `kept` [N, K] is 0: they are grouped nowhere, nothing is computed for them, and they add nothing to a
 * sum. `chosen` stays; `counts` are of the kept. An engine of static shapes still computes them: give them a gate of 0 as well.
 */
export function dropSlots(routing: Routing, kept: Tensor): Routing {
  const inputs = { chosen: routing.chosen, kept: detach(kept), ...routingInputs(routing) };
  const [counts, order, inverse, token] = run<Tensor[]>('DropSlots', inputs);
  return { chosen: routing.chosen, counts: counts!, order: order!, inverse: inverse!, token: token!, partial: true };
}

const isPartial = ({ partial = false }: Pick<Routing, 'partial'>) => partial;

const routingInputs = ({ counts, order, inverse, token }: Omit<Routing, 'chosen'>) => ({
  counts,
  order,
  inverse,
  token,
});
const routingOf = (saved: Tensors) => routingInputs(saved as unknown as Routing);
const routingNames = ['counts', 'order', 'inverse', 'token'];

/** Each slot's row of x [N, a] → grouped [S, a]. */
export const groupRows = (x: Tensor, routing: Omit<Routing, 'chosen'>, active: number): Tensor =>
  run('GroupRows', { x, ...routingInputs(routing) }, { active, partial: isPartial(routing) });
differentiable('GroupRows', {
  inputs: routingNames,
  gradient: ([dy], saved, { active, partial }) => ({
    x: () => ungroupSum(dy!, { ...routingOf(saved), partial: partial as boolean }, active as number),
  }),
});

/** The sum of each token's K slots: grouped [S, a] → [N, a]; the transpose of groupRows. */
export const ungroupSum = (y: Tensor, routing: Omit<Routing, 'chosen'>, active: number): Tensor =>
  run('UngroupSum', { y, ...routingInputs(routing) }, { active, partial: isPartial(routing) });
differentiable('UngroupSum', {
  inputs: routingNames,
  gradient: ([dy], saved, { active, partial }) => ({
    y: () => groupRows(dy!, { ...routingOf(saved), partial: partial as boolean }, active as number),
  }),
});

/** One number a slot: [N, K] → grouped [S, 1]. */
export const groupSlots = (x: Tensor, routing: Omit<Routing, 'chosen'>): Tensor =>
  run('GroupSlots', { x, ...routingInputs(routing) }, { active: x.shape[1]!, partial: isPartial(routing) });
differentiable('GroupSlots', {
  inputs: routingNames,
  gradient: ([dy], saved, { active, partial }) => ({
    x: () => run('UngroupSlots', { y: dy!, ...routingOf(saved) }, { active: active!, partial: partial! }),
  }),
});

/** Rows times numbers: grouped x [S, a], scale [S, 1]. */
export const scaleRows = (x: Tensor, scale: Tensor): Tensor => run('ScaleRows', { x, scale });
differentiable('ScaleRows', {
  inputs: ['x', 'scale'],
  gradient: ([dy], saved) => together(run('ScaleRowsGradient', { ...saved, dy: dy! }), ['x', 'scale']),
});

/**
 * Each expert's rows times its own matrix: grouped x [S, a], E matrices [a, b] (or one tensor [E, a, b]) → grouped [S, b];
 * with `transpose` the matrices are [b, a].
 */
export const groupedMatMul = (x: Tensor, weights: readonly Tensor[], counts: Tensor, transpose = false): Tensor =>
  tf.engine().runKernel('GroupedMatMul', [x, counts, ...weights] as unknown as Tensors, { transpose }) as Tensor;

/** xᵀ·dy of each expert's rows: grouped x [S, a], dy [S, b] → E matrices [a, b], or `stacked` one tensor [E, a, b]. */
const groupedOuter = (x: Tensor, dy: Tensor, counts: Tensor, stacked: boolean): Tensor[] =>
  run('GroupedOuter', { x, dy, counts }, { stacked });

tf.registerGradient({
  kernelName: 'GroupedMatMul',
  saveAllInputs: true,
  gradFunc: (dy, saved, attributes) => {
    const [x, counts, ...weights] = saved;
    const transpose = attributes.transpose as unknown as boolean;
    const gradient = dy as Tensor;
    const [left, right] = transpose ? [gradient, x!] : [x!, gradient];
    const names = weights.map((_, index) => String(index + 2));
    return {
      0: () => groupedMatMul(gradient, weights, counts!, !transpose),
      ...together(groupedOuter(left, right, counts!, weights[0]!.rank === 3), names),
    };
  },
});

/** The same values, through which no gradient flows. */
export function detach(x: Tensor): Tensor {
  tf.backend().incRef(x.dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype });
}

/** log Σ exp over the last axis, with softmax as its gradient. x [N, a] → [N]. */
export const logSumExp = tf.customGrad((input, save) => {
  const x = input as Tensor;
  (save as (tensors: Tensor[]) => void)([x]);
  const largest = tf.max(x, -1, true);
  const value = tf.add(tf.log(tf.sum(tf.exp(tf.sub(x, largest)), -1)), tf.reshape(largest, [x.shape[0]!]));
  return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(tf.expandDims(dy, -1), tf.softmax(saved[0]!)) };
}) as (x: Tensor) => Tensor;

/** Σ|x| over all entries, with sign(x) as its gradient and 0 at 0 (tfjs' own abs has −1 there). */
export const sumAbsolute = tf.customGrad((input, save) => {
  const x = input as Tensor;
  (save as (tensors: Tensor[]) => void)([x]);
  return { value: tf.sum(tf.abs(x)), gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, tf.sign(saved[0]!)) };
}) as (x: Tensor) => Tensor;
