import { expect, test } from 'vitest';
import { rmsNorm } from '../kernels.ts';
import { tf } from '../tf.ts';
import { heldArrays, onReference } from './backend.ts';
import { entries } from './gradient-check.testing.ts';

tf.env().set('IS_TEST', true);

test('floats keep their float64', () =>
  onReference(() =>
    tf.tidy(() => {
      const third = tf.div(tf.scalar(1), tf.scalar(3));
      expect(entries(third)).toEqual([1 / 3]);
    }),
  ));

test('the backend before is active again, also after a failure', async () => {
  await tf.setBackend('cpu');
  expect(onReference(() => onReference(() => tf.getBackend()))).toBe('reference');
  expect(tf.getBackend()).toBe('cpu');
  expect(() =>
    onReference(() => {
      throw new Error('failed');
    }),
  ).toThrow('failed');
  expect(tf.getBackend()).toBe('cpu');
});

test('a tensor moves here from another backend and back', async () => {
  await tf.setBackend('cpu');
  const before = heldArrays();
  const x = tf.tensor1d([1, 2]);
  const squares = () => tf.tidy(() => void expect(entries(tf.square(x))).toEqual([1, 4]));
  onReference(squares);
  expect(heldArrays()).toBe(before + 1);
  squares();
  expect(heldArrays()).toBe(before);
  x.dispose();
});

test('data goes when its last tensor goes', () =>
  onReference(() => {
    const before = heldArrays();
    const x = tf.tensor1d([1, 2]);
    tf.engine().findBackend('reference').incRef(x.dataId);
    const same = tf.engine().makeTensorFromTensorInfo({ dataId: x.dataId, shape: [2], dtype: 'float32' });
    const reshaped = tf.reshape(x, [2, 1]);
    x.dispose();
    expect(entries(same)).toEqual([1, 2]);
    same.dispose();
    expect(entries(reshaped)).toEqual([1, 2]);
    reshaped.dispose();
    expect(heldArrays()).toBe(before);
  }));

test('a copy, a cast to the same type and a reshape do not double the gradient', () =>
  onReference(() =>
    tf.tidy(() => {
      const f = (x: ReturnType<typeof tf.clone>) =>
        tf.sum(tf.reshape(tf.cast(tf.clone(rmsNorm(x, tf.ones([2]), 3.5)), 'float32'), [2]));
      const [dx] = tf.grads(f)([tf.tensor2d([3, 4], [1, 2])]);
      // As in the normalisation's own test, with gain 1: Σ dy·x = 7.
      expect(entries(dx!)).toEqual([0.25 - 21 / 128, 0.25 - 28 / 128]);
    }),
  ));
