// The kernels of TensorFlow.js' own names against TensorFlow.js' own CPU backend, values and gradients.
import { describe, expect, test } from 'vitest';
import { detach } from '../kernels.ts';
import { matMul, type Tensor, tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { distinct, entries, expectGradients, generator, seed, type Values } from './gradient-check.testing.ts';

// Quiet, and every kernel is checked for data that it makes and does not return.
tf.env().set('IS_TEST', true);

interface Case {
  shapes: number[][];
  f: (...inputs: Tensor[]) => Tensor;
  /** Entries are positive where the function needs it. */
  positive?: boolean;
}

const [a234, a34, a4, a31] = [[2, 3, 4], [3, 4], [4], [3, 1]];
const negative = (x: Tensor) => tf.less(detach(x), tf.scalar(0));

const cases: Record<string, Case> = {
  neg: { shapes: [a34], f: (x) => tf.neg(x!) },
  abs: { shapes: [a34], f: (x) => tf.mul(tf.abs(x!), x!), positive: true },
  square: { shapes: [a34], f: (x) => tf.square(x!) },
  sqrt: { shapes: [a34], f: (x) => tf.sqrt(x!), positive: true },
  rsqrt: { shapes: [a34], f: (x) => tf.rsqrt(x!), positive: true },
  reciprocal: { shapes: [a34], f: (x) => tf.reciprocal(x!), positive: true },
  exp: { shapes: [a34], f: (x) => tf.exp(x!) },
  log: { shapes: [a34], f: (x) => tf.log(x!), positive: true },
  sign: { shapes: [a34], f: (x) => tf.mul(tf.sign(x!), x!) },
  step: { shapes: [a34], f: (x) => tf.mul(tf.step(x!, 0.5), x!) },
  add: { shapes: [a234, a31], f: (x, y) => tf.add(x!, y!) },
  addN: { shapes: [a34, a34, a34], f: (...all) => tf.addN(all) },
  sub: { shapes: [a4, a234], f: (x, y) => tf.sub(x!, y!) },
  mul: { shapes: [a234, a34], f: (x, y) => tf.mul(x!, y!) },
  div: { shapes: [a34, a31], f: (x, y) => tf.div(x!, y!), positive: true },
  pow: { shapes: [a34], f: (x) => tf.pow(x!, tf.scalar(2.5)), positive: true },
  squaredDifference: { shapes: [a34, a34], f: (x, y) => tf.squaredDifference(x!, y!) },
  maximum: { shapes: [a34, a34], f: (x, y) => tf.maximum(x!, y!) },
  minimum: { shapes: [a34, a34], f: (x, y) => tf.minimum(x!, y!) },
  sum: { shapes: [a234], f: (x) => tf.sum(x!, [0, -1]) },
  'sum of all': { shapes: [a234], f: (x) => tf.sum(x!) },
  'sum, axes kept': { shapes: [a234], f: (x) => tf.sum(x!, 1, true) },
  mean: { shapes: [a234], f: (x) => tf.mean(x!, [0, 2]) },
  'mean of all': { shapes: [a34], f: (x) => tf.mean(x!) },
  max: { shapes: [a234], f: (x) => tf.max(x!, -1) },
  min: { shapes: [a234], f: (x) => tf.min(x!, 1, true) },
  softmax: { shapes: [a234], f: (x) => tf.softmax(x!) },
  logSoftmax: { shapes: [a34], f: (x) => tf.logSoftmax(x!) },
  matMul: { shapes: [a34, [4, 2]], f: (x, y) => matMul(x!, y!) },
  'matMul, a transposed': { shapes: [a34, [3, 2]], f: (x, y) => matMul(x!, y!, true) },
  'matMul, b transposed': { shapes: [a34, [2, 4]], f: (x, y) => matMul(x!, y!, false, true) },
  'matMul, both transposed': { shapes: [a34, [2, 3]], f: (x, y) => matMul(x!, y!, true, true) },
  'matMul of batches': {
    shapes: [
      [2, 1, 3, 4],
      [2, 1, 4, 5],
    ],
    f: (x, y) => matMul(x!, y!),
  },
  reshape: { shapes: [a234], f: (x) => tf.reshape(x!, [4, -1]) },
  expandDims: { shapes: [a34], f: (x) => tf.expandDims(x!, -1) },
  squeeze: { shapes: [a31], f: (x) => tf.squeeze(x!) },
  transpose: { shapes: [a234], f: (x) => tf.transpose(x!, [2, 0, 1]) },
  slice: { shapes: [a234], f: (x) => tf.slice(x!, [0, 1, 2], [1, -1, 2]) },
  concat: { shapes: [a234, [2, 1, 4]], f: (x, y) => tf.concat([x!, y!], 1) },
  stack: { shapes: [a34, a34], f: (x, y) => tf.stack([x!, y!], 1) },
  unstack: { shapes: [a234], f: (x) => tf.mul(tf.unstack(x!, 1)[0]!, tf.unstack(x!, 1)[2]!) },
  split: { shapes: [a234], f: (x) => tf.concat(tf.split(x!, [1, 3], 2).toReversed(), 2) },
  'split in halves': { shapes: [a234], f: (x) => tf.add(tf.split(x!, 2, 2)[0]!, tf.square(tf.split(x!, 2, 2)[1]!)) },
  tile: { shapes: [a34], f: (x) => tf.tile(x!, [2, 3]) },
  gather: { shapes: [a234], f: (x) => tf.gather(x!, tf.tensor2d([2, 0, 2, 1], [2, 2], 'int32'), 1) },
  oneHot: { shapes: [a34], f: (x) => tf.mul(x!, tf.oneHot(tf.tensor1d([1, 3, -1], 'int32'), 4)) },
  where: { shapes: [a34, a34], f: (x, y) => tf.where(negative(x!), tf.mul(x!, y!), y!) },
  'where, broadcast': {
    shapes: [a34, a4],
    f: (x, y) => tf.where(negative(x!), x!, tf.tile(tf.reshape(y!, [1, 4]), [3, 1])),
  },
  cast: { shapes: [a34], f: (x) => tf.mul(x!, tf.cast(tf.cast(negative(x!), 'int32'), 'float32')) },
  clone: { shapes: [a34], f: (x) => tf.mul(tf.clone(x!), x!) },
  'zeros and ones': { shapes: [a34], f: (x) => tf.add(tf.mul(tf.onesLike(x!), x!), tf.zerosLike(x!)) },
  fill: { shapes: [a34], f: (x) => tf.mul(tf.fill([3, 4], 0.5), x!) },
};

function valuesAndGradients({ f }: Case, inputs: Values[]): number[][] {
  const results: number[][] = [];
  tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(Float32Array.from(values), [...shape]));
    const squared = (...all: Tensor[]) => tf.sum(tf.square(f(...all)));
    for (const tensor of [f(...tensors), ...tf.grads(squared)(tensors)])
      results.push([...tensor.shape, ...entries(tensor)]);
  });
  return results;
}

describe(`as TensorFlow.js and as finite differences have it (seed ${seed})`, () => {
  for (const [name, one] of Object.entries(cases)) {
    test(name, async () => {
      const next = generator(seed);
      const inputs = distinct(next, one.shapes, one.positive ? 0.5 : undefined);
      const ours = onReference(() => valuesAndGradients(one, inputs));
      await tf.setBackend('cpu');
      const theirs = valuesAndGradients(one, inputs);
      expect(ours.map((all) => all.length)).toEqual(theirs.map((all) => all.length));
      for (const [index, value] of theirs.flat().entries()) {
        expect(Math.abs(ours.flat()[index]! - value), `seed ${seed}`).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
      }
      expectGradients(one.f, inputs, next);
    });
  }
});

test('comparisons, logic and whole numbers keep to their types', () =>
  onReference(() =>
    tf.tidy(() => {
      const x = tf.tensor1d([1, 2, 3], 'int32');
      const y = tf.tensor1d([3, 2, 1], 'int32');
      expect(entries(tf.equal(x, y))).toEqual([0, 1, 0]);
      expect(entries(tf.greater(x, y))).toEqual([0, 0, 1]);
      expect(entries(tf.greaterEqual(x, y))).toEqual([0, 1, 1]);
      expect(entries(tf.less(x, y))).toEqual([1, 0, 0]);
      expect(entries(tf.lessEqual(x, y))).toEqual([1, 1, 0]);
      expect(entries(tf.logicalAnd(tf.greaterEqual(x, y), tf.lessEqual(x, y)))).toEqual([0, 1, 0]);
      expect(entries(tf.logicalNot(tf.equal(x, y)))).toEqual([1, 0, 1]);
      expect(tf.equal(x, y).dtype).toBe('bool');
      expect([tf.add(x, y).dtype, tf.sum(x).dtype, tf.max(x).dtype, tf.mean(x).dtype]).toEqual([
        'int32',
        'int32',
        'int32',
        'float32',
      ]);
      expect([tf.max(x), tf.sum(x), tf.mean(x)].map((tensor) => entries(tensor)[0])).toEqual([3, 6, 2]);
      expect(entries(tf.cast(tf.tensor1d([1.9, -1.9, 0]), 'int32'))).toEqual([1, -1, 0]);
      expect(entries(tf.cast(tf.tensor1d([1.9, -1.9, 0]), 'bool'))).toEqual([1, 1, 0]);
    }),
  ));

test('the leading axes of a matrix product broadcast', () =>
  onReference(() =>
    tf.tidy(() => {
      const x = tf.tensor3d([1, 2, 3, 4], [2, 1, 2]);
      const product = matMul(x, tf.tensor3d([10, 1], [1, 2, 1]));
      expect(product.shape).toEqual([2, 1, 1]);
      expect(entries(product)).toEqual([12, 34]);
      expect(entries(matMul(x, tf.tensor2d([10, 1], [2, 1])))).toEqual([12, 34]);
    }),
  ));
