import { expect, test } from 'vitest';
import { embed, linearCrossEntropy } from '../kernels.ts';
import { type Tensor, tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { entries, expectGradients, expectNear, generator, seed, tensorOf, uniform } from './gradient-check.testing.ts';

test('embedding by hand: rows by id; the gradient adds up where an id comes twice', () =>
  onReference(() =>
    tf.tidy(() => {
      const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const ids = tf.tensor1d([2, 0, 2], 'int32');
      expect(entries(embed(table, ids))).toEqual([5, 6, 1, 2, 5, 6]);
      const dy = tf.tensor2d([1, 2, 10, 20, 100, 200], [3, 2]);
      const [dtable] = tf.grads((table) => embed(table!, ids))([table], dy);
      expect(entries(dtable!)).toEqual([10, 20, 0, 0, 101, 202]);
    }),
  ));

test('cross-entropy by hand: logits [0, ln 3] are probabilities 1/4 and 3/4', () =>
  onReference(() =>
    tf.tidy(() => {
      const hidden = tf.tensor2d([1, 0], [1, 2]);
      const head = tensorOf({ shape: [2, 2], values: Float64Array.of(0, 0, Math.log(3), 5) });
      const target = tf.tensor1d([1], 'int32');
      const [nll, total] = linearCrossEntropy(hidden, head, target);
      expectNear(nll, [Math.log(4 / 3)]);
      expectNear(total, [Math.log(4)]);
      const gradients = (output: 0 | 1) =>
        tf.grads((hidden, head) => linearCrossEntropy(hidden!, head!, target)[output])([hidden, head]);
      const [byNll, byTotal] = [gradients(0), gradients(1)];
      expectNear(byNll[0]!, [-0.25 * Math.log(3), -0.25 * 5]);
      expectNear(byNll[1]!, [0.25, 0, -0.25, 0]);
      expectNear(byTotal[0]!, [0.75 * Math.log(3), 0.75 * 5]);
      expectNear(byTotal[1]!, [0.25, 0, 0.75, 0]);
    }),
  ));

test('logits of any size are safe', () =>
  onReference(() =>
    tf.tidy(() => {
      const [nll, total] = linearCrossEntropy(
        tf.ones([1, 1]),
        tf.tensor2d([5000, -5000], [2, 1]),
        tf.tensor1d([1], 'int32'),
      );
      expectNear(nll, [10000]);
      expectNear(total, [5000]);
    }),
  ));

test(`embedding and cross-entropy against finite differences (seed ${seed})`, () => {
  const next = generator(seed);
  const ids = () => tf.tensor1d([3, 1, 3], 'int32');
  expectGradients((table) => embed(table!, ids()), [uniform(next, [4, 2])], next);
  const bothOutputs = (hidden?: Tensor, head?: Tensor) => tf.stack(linearCrossEntropy(hidden!, head!, ids()));
  expectGradients(bothOutputs, [uniform(next, [3, 2]), uniform(next, [4, 2])], next);
});
