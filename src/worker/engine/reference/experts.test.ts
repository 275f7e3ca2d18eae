import { describe, expect, test } from 'vitest';
import {
  groupedMatMul,
  groupRows,
  groupSlots,
  route,
  scaleRows,
  scatterAlong,
  swiGlu,
  ungroupSum,
} from '../kernels.ts';
import { matMul, type Tensor, tf } from '../tf.ts';
import { onReference } from './backend.ts';
import {
  entries,
  expectGradients,
  expectNear,
  generator,
  seed,
  tensorOf,
  uniform,
  type Values,
} from './gradient-check.testing.ts';

const inTidy = (check: () => void) => () => onReference(() => void tf.tidy(check));

test(
  'SwiGLU by hand: σ(0) = 1/2, σ(ln 3) = 3/4',
  inTidy(() => {
    const ln3 = Math.log(3);
    const gate = tensorOf({ shape: [1, 2], values: Float64Array.of(0, ln3) });
    const up = tf.tensor2d([5, 8], [1, 2]);
    expectNear(swiGlu(gate, up), [0, 6 * ln3]);
    const [dgate, dup] = tf.grads((gate, up) => tf.sum(swiGlu(gate!, up!)))([gate, up]);
    expectNear(dgate!, [2.5, 6 * (1 + ln3 / 4)]);
    expectNear(dup!, [0, 0.75 * ln3]);
  }),
);

test(
  'rows times numbers by hand',
  inTidy(() => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const scale = tf.tensor2d([10, 100], [2, 1]);
    expect(entries(scaleRows(x, scale))).toEqual([10, 20, 300, 400]);
    const [dx, dscale] = tf.grads((x, scale) => tf.sum(scaleRows(x!, scale!)))([x, scale]);
    expect(entries(dx!)).toEqual([10, 10, 100, 100]);
    expect(entries(dscale!)).toEqual([3, 7]);
  }),
);

test(
  'grouped product by hand: expert 0 has one row, expert 1 none, expert 2 two',
  inTidy(() => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const counts = tf.tensor1d([1, 0, 2], 'int32');
    const weights = [tf.tensor2d([1, 10], [2, 1]), tf.tensor2d([7, 7], [2, 1]), tf.tensor2d([2, 1], [2, 1])];
    const expected = [21, 10, 16];
    expect(entries(groupedMatMul(x, weights, counts))).toEqual(expected);
    const transposed = weights.map((weight) => tf.transpose(weight));
    expect(entries(groupedMatMul(x, transposed, counts, true))).toEqual(expected);
    const stack = tf.stack(weights);
    expect(entries(groupedMatMul(x, [stack], counts))).toEqual(expected);

    const dy = tf.tensor2d([1, 1, 10], [3, 1]);
    const [dx, ...dweights] = tf.grads((x, ...w) => groupedMatMul(x!, w, counts))([x, ...weights], dy);
    expect(entries(dx!)).toEqual([1, 10, 2, 1, 20, 10]);
    expect(dweights.map(entries)).toEqual([
      [1, 2],
      [0, 0],
      [53, 64],
    ]);
    const [, dstack] = tf.grads((x, stack) => groupedMatMul(x!, [stack!], counts))([x, stack], dy);
    expect(dstack!.shape).toEqual([3, 2, 1]);
    expect(entries(dstack!)).toEqual([1, 2, 0, 0, 53, 64]);
  }),
);

test(`grouped products against finite differences (seed ${seed})`, () => {
  const next = generator(seed);
  const counts = () => tf.tensor1d([2, 0, 3], 'int32');
  for (const transpose of [false, true]) {
    const shape = transpose ? [4, 2] : [2, 4];
    const x = uniform(next, [5, 2]);
    const three = [0, 1, 2].map(() => uniform(next, shape));
    expectGradients((x, ...weights) => groupedMatMul(x!, weights, counts(), transpose), [x, ...three], next);
    const stack = uniform(next, [3, ...shape]);
    expectGradients((x, stack) => groupedMatMul(x!, [stack!], counts(), transpose), [x, stack], next);
  }
});

// A whole layer of experts: y[n] = Σ_k scale[n, k]·down(swiglu(gate(x), up(x))) of expert chosen[n, k].
interface Layer {
  x: Tensor;
  scale: Tensor;
  gate: Tensor[];
  up: Tensor[];
  down: Tensor[];
}

function layer({ x, scale, gate, up, down }: Layer, scores: Tensor, K: number): Tensor {
  const routing = route(scores, K);
  const rows = groupRows(x, routing, K);
  const { counts } = routing;
  const inner = swiGlu(groupedMatMul(rows, gate, counts), groupedMatMul(rows, up, counts));
  return ungroupSum(scaleRows(groupedMatMul(inner, down, counts), groupSlots(scale, routing)), routing, K);
}

/** The same by every expert on every token, with a gate of zero where it is not chosen. */
function layerByAll({ x, scale, gate, up, down }: Layer, scores: Tensor, K: number): Tensor {
  const E = gate.length;
  const { chosen } = route(scores, K);
  const gates = scatterAlong(scale, chosen, E);
  const outputs = gate.map((_, e) => {
    const own = tf.slice(gates, [0, e], [-1, 1]);
    return tf.mul(own, matMul(swiGlu(matMul(x, gate[e]!), matMul(x, up[e]!)), down[e]!));
  });
  return tf.addN(outputs);
}

const N = 4;
const cases: { name: string; E: number; K: number; scores?: number[][] }[] = [
  { name: 'ties everywhere', E: 3, K: 2, scores: Array(N).fill([1, 1, 1]) },
  {
    name: 'an expert with no token',
    E: 3,
    K: 1,
    scores: [
      [1, 0, 0],
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
    ],
  },
  { name: 'all tokens on one expert', E: 3, K: 1, scores: Array(N).fill([0, 0, 1]) },
  { name: 'K = E', E: 3, K: 3 },
  { name: 'K = 1', E: 3, K: 1 },
  { name: 'one expert', E: 1, K: 1 },
];

describe(`a layer of experts (seed ${seed})`, () => {
  for (const { name, E, K, scores } of cases) {
    test(name, () => {
      const next = generator(seed);
      const [D, F] = [3, 2];
      const route: Values = scores
        ? { shape: [N, E], values: Float64Array.from(scores.flat()) }
        : uniform(next, [N, E]);
      const matrices = (shape: number[]) => Array.from({ length: E }, () => uniform(next, shape));
      const inputs = [
        uniform(next, [N, D]),
        uniform(next, [N, K]),
        ...matrices([D, F]),
        ...matrices([D, F]),
        ...matrices([F, D]),
      ];
      const named = ([x, scale, ...weights]: Tensor[]): Layer => ({
        x: x!,
        scale: scale!,
        gate: weights.slice(0, E),
        up: weights.slice(E, 2 * E),
        down: weights.slice(2 * E),
      });
      inTidy(() => {
        const tensors = named(inputs.map(tensorOf));
        const grouped = entries(layer(tensors, tensorOf(route), K));
        const byAll = entries(layerByAll(tensors, tensorOf(route), K));
        for (const [index, value] of byAll.entries()) expect(grouped[index]).toBeCloseTo(value, 13);
      })();
      expectGradients((...tensors) => layer(named(tensors), tensorOf(route), K), inputs, next);
    });
  }
});
