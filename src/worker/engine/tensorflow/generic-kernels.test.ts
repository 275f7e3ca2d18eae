// The kernels of TensorFlow.js' own names, values and gradients, against the reference backend. Skipped where TensorFlow is not set up.
import { describe, expect, test } from 'vitest';
import { detach } from '../kernels.ts';
import { onReference } from '../reference/backend.ts';
import { matMul, type Tensor, tf } from '../tf.ts';
import { onTensorflow, tensorflowBackend } from './backend.ts';
import { describeTensorflow } from './engine.ts';

const { available } = describeTensorflow(1);
if (available) tensorflowBackend(1);
tf.env().set('IS_TEST', true);

type Function = (x: Tensor, y: Tensor) => Tensor;
const small = (x: Tensor) => tf.less(detach(x), tf.scalar(1));

/** Of x and y [3, 4], both positive and without equal entries. */
const functions: Record<string, Function> = {
  neg: (x) => tf.neg(x),
  abs: (x, y) => tf.abs(tf.sub(x, y)),
  sign: (x, y) => tf.mul(tf.sign(tf.sub(x, y)), x),
  square: (x) => tf.square(x),
  sqrt: (x) => tf.sqrt(x),
  rsqrt: (x) => tf.rsqrt(x),
  reciprocal: (x) => tf.reciprocal(x),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  step: (x, y) => tf.mul(tf.step(tf.sub(x, y), 0.5), x),
  add: (x, y) => tf.add(x, tf.sum(y, 0)),
  addN: (x, y) => tf.addN([x, y, x]),
  sub: (x, y) => tf.sub(tf.sum(x, 1, true), y),
  mul: (x, y) => tf.mul(x, y),
  div: (x, y) => tf.div(x, y),
  pow: (x) => tf.pow(x, tf.scalar(2.5)),
  squaredDifference: (x, y) => tf.squaredDifference(x, y),
  maximum: (x, y) => tf.maximum(x, y),
  minimum: (x, y) => tf.minimum(x, y),
  where: (x, y) => tf.where(small(x), x, y),
  'where not both': (x, y) => tf.where(tf.logicalNot(tf.logicalAnd(small(x), small(y))), x, y),
  comparisons: (x, y) => {
    const [a, b] = [detach(x), detach(y)];
    const found = [tf.equal(a, a), tf.greater(a, b), tf.greaterEqual(a, b), tf.less(a, b), tf.lessEqual(a, b)];
    return tf.addN(found.map((each) => tf.cast(each, 'float32')));
  },
  'cast to whole numbers': (x) => tf.cast(tf.cast(detach(tf.mul(x, 10)), 'int32'), 'float32'),
  'sum of all': (x) => tf.sum(x),
  mean: (x) => tf.mean(x, -1),
  max: (x) => tf.max(x, 0),
  min: (x) => tf.min(x, 1, true),
  argMax: (x) => tf.cast(tf.argMax(x, -1), 'float32'),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  matMul: (x, y) => matMul(x, y, false, true),
  'matMul of batches': (x, y) => matMul(tf.reshape(x, [2, 3, 2]), tf.reshape(y, [2, 3, 2]), true, false),
  expandDims: (x) => tf.expandDims(x, -1),
  transpose: (x) => tf.transpose(x),
  slice: (x) => tf.slice(x, [1, 0], [-1, 2]),
  pad: (x) =>
    tf.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      3,
    ),
  tile: (x) => tf.tile(x, [2, 1]),
  concat: (x, y) => tf.concat([x, y], 1),
  split: (x) => tf.split(x, [1, 3], 1)[1]!,
  stack: (x, y) => tf.stack([x, y], 1),
  unstack: (x) => tf.unstack(x, 1)[2]!,
  gather: (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')),
  unsortedSegmentSum: (x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1], 'int32'), 2),
  oneHot: (x) => tf.mul(tf.oneHot(tf.tensor1d([2, 0, 3], 'int32'), 4, 2, -1), x),
  fill: (x) => tf.mul(x, tf.fill([4], 1.5)),
  eye: (x) => matMul(x, tf.eye(4)),
  'ones and zeros': (x) => tf.add(tf.mul(tf.onesLike(x), x), tf.zerosLike(x)),
};

const shape: [number, number] = [3, 4];
const inputs = [
  [0.5, 1.25, 2, 0.75, 1.5, 0.25, 3, 1.75, 0.125, 2.5, 1.125, 2.25],
  [1.875, 0.625, 1, 2.75, 0.375, 1.375, 2.125, 0.875, 3.5, 1.625, 2.625, 0.3125],
];

/** The shape and entries of f, and those of its gradient by x and y under uneven weights. */
function results(f: Function): number[][] {
  return tf.tidy(() => {
    const [x, y] = inputs.map((values) => tf.tensor2d(values, shape)) as [Tensor, Tensor];
    const value = f(x, y);
    const weighted = (a: Tensor, b: Tensor) => {
      const found = f(a, b);
      const weights = tf.tensor(
        Float32Array.from({ length: found.size }, (_, index) => 1 + index / 8),
        found.shape,
      );
      // Every input has a gradient, so that a function of one of them has two as well.
      return tf.add(tf.sum(tf.mul(found, weights)), tf.add(tf.sum(a), tf.sum(b))) as Tensor;
    };
    const gradients = tf.grads((a, b) => weighted(a!, b!))([x, y]);
    return [value.shape, ...[value, ...gradients].map((tensor) => [...tensor.dataSync()])];
  });
}

describe.skipIf(!available)('kernels of TensorFlow.js on TensorFlow', () => {
  test.each(Object.entries(functions))('%s', (_, f) => {
    const expected = onReference(() => results(f));
    const actual = onTensorflow(() => results(f));
    for (const [index, values] of expected.entries()) {
      expect(actual[index]).toHaveLength(values.length);
      for (const [place, value] of values.entries()) expect(actual[index]![place]).toBeCloseTo(value, 4);
    }
  });
});
