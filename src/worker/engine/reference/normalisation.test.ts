import { expect, test } from 'vitest';
import { rmsNorm } from '../kernels.ts';
import { tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { entries, expectGradients, generator, seed, uniform } from './gradient-check.testing.ts';

test('RMSNorm by hand: mean(x²) + ε = 12.5 + 3.5 = 16, so r = 1/4', () =>
  onReference(() =>
    tf.tidy(() => {
      const x = tf.tensor2d([3, 4], [1, 2]);
      const gain = tf.tensor1d([1, 2]);
      expect(entries(rmsNorm(x, gain, 3.5))).toEqual([0.75, 2]);
      // Σ gain·dy·x = 11; dx = gain/4 − x·11/(2·64); dgain = x/4.
      const [dx, dgain] = tf.grads((x, gain) => tf.sum(rmsNorm(x!, gain!, 3.5)))([x, gain]);
      expect(entries(dx!)).toEqual([0.25 - 33 / 128, 0.5 - 44 / 128]);
      expect(entries(dgain!)).toEqual([0.75, 1]);
    }),
  ));

test(`RMSNorm against finite differences (seed ${seed})`, () => {
  const next = generator(seed);
  expectGradients((x, gain) => rmsNorm(x!, gain!, 1e-6), [uniform(next, [3, 5]), uniform(next, [5])], next);
});
