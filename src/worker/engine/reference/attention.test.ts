import { expect, test } from 'vitest';
import { causalAttention, rotary } from '../kernels.ts';
import { tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { entries, expectGradients, expectNear, generator, seed, tensorOf, uniform } from './gradient-check.testing.ts';

const column = (values: number[]) => tensorOf({ shape: [1, 1, values.length, 1], values: Float64Array.from(values) });

test('rotary by hand: d = 4 and theta = 100 turn pair 0 by the position and pair 1 by a tenth of it', () =>
  onReference(() =>
    tf.tidy(() => {
      const x = tf.tensor4d([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1], [1, 1, 3, 4]);
      const [sin, cos] = [Math.sin, Math.cos];
      const turned = [1, 1, 0, 0, cos(1), cos(0.1), sin(1), sin(0.1), -sin(2), -sin(0.2), cos(2), cos(0.2)];
      expectNear(rotary(x, 100), turned);
      expectNear(rotary(rotary(x, 100), 100, true), entries(x));
    }),
  ));

test('causal attention by hand: scores [0, ln 3] weigh the values by 1/4 and 3/4', () =>
  onReference(() =>
    tf.tidy(() => {
      const inputs = [column([0, 1]), column([0, Math.log(3)]), column([2, 6])];
      expectNear(causalAttention(inputs[0]!, inputs[1]!, inputs[2]!), [2, 5]);
      const [dquery, dkey, dvalue] = tf.grads((q, k, v) => tf.sum(causalAttention(q!, k!, v!)))(inputs);
      // ds = p·(value − output) = [1/4·(2 − 5), 3/4·(6 − 5)] in the second row, 0 in the first.
      expectNear(dquery!, [0, 0.75 * Math.log(3)]);
      expectNear(dkey!, [-0.75, 0.75]);
      expectNear(dvalue!, [1.25, 0.75]);
    }),
  ));

test('no token sees a later one', () =>
  onReference(() =>
    tf.tidy(() => {
      const next = generator(seed);
      const [query, key, value] = [0, 1, 2].map(() => uniform(next, [2, 2, 4, 6]));
      const before = entries(causalAttention(tensorOf(query!), tensorOf(key!), tensorOf(value!)));
      for (const { values } of [key!, value!]) {
        for (let row = 3; row < 16; row += 4) values.fill(1000, row * 6, (row + 1) * 6);
      }
      const after = entries(causalAttention(tensorOf(query!), tensorOf(key!), tensorOf(value!)));
      for (let row = 0; row < 16; row++) {
        const [old, now] = [before, after].map((all) => all.slice(row * 6, (row + 1) * 6));
        if (row % 4 < 3) expect(now).toEqual(old);
        else expect(now).not.toEqual(old);
      }
    }),
  ));

test(`rotary and attention against finite differences (seed ${seed})`, () => {
  const next = generator(seed);
  const shape = [2, 2, 3, 4];
  expectGradients((x) => rotary(x!, 10), [uniform(next, shape)], next);
  expectGradients((x) => rotary(x!, 10, true), [uniform(next, shape)], next);
  const inputs = [uniform(next, shape), uniform(next, shape), uniform(next, shape)];
  expectGradients((query, key, value) => causalAttention(query!, key!, value!), inputs, next);
});
