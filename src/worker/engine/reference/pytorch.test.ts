// Kernels and AdamW against the fixtures that PyTorch wrote in float64, to float64's own precision.
import { describe, expect, test } from 'vitest';
import {
  crossEntropyFixture,
  fixtureNames,
  type KernelFixture,
  kernelFixture,
  type Real,
  type Reals,
  relativeError,
  ruleFixture,
} from '../../../../test/fixtures.ts';
import {
  causalAttention,
  groupedMatMul,
  groupRows,
  groupSlots,
  linearCrossEntropy,
  rmsNorm,
  rotary,
  route,
  scaleRows,
  swiGlu,
  takeAlong,
  ungroupSum,
} from '../kernels.ts';
import { matMul, type Tensor, tf } from '../tf.ts';
import { onReference } from './backend.ts';
import { createReferenceEngine } from './engine.ts';
import { entries, tensorOf } from './gradient-check.testing.ts';

const tolerance = 1e-11;

type Build = (attributes: Record<string, number>, inputs: Tensor[], fixture: string) => Tensor;

const float = (value: number): Tensor => tensorOf({ shape: [], values: Float64Array.of(value) });
const tensor = ({ shape, data }: Real): Tensor => tensorOf({ shape, values: data });
/** PyTorch's side has [B, T, H, d]. */
const swapped = (x: Tensor): Tensor => tf.transpose(x, [0, 2, 1, 3]);

function mixture(attributes: Record<string, number>, [x, router, gate, up, down]: Tensor[]): Tensor {
  const active = attributes.active!;
  const probabilities = tf.softmax(matMul(x!, router!));
  const routing = route(probabilities, active);
  const taken = takeAlong(probabilities, routing.chosen);
  const weights = attributes.renormalise ? tf.div(taken, tf.sum(taken, 1, true)) : taken;
  const rows = groupRows(x!, routing, active);
  const product = (x: Tensor, matrices: Tensor) => groupedMatMul(x, [matrices], routing.counts);
  const outputs = product(swiGlu(product(rows, gate!), product(rows, up!)), down!);
  return ungroupSum(scaleRows(outputs, groupSlots(weights, routing)), routing, active);
}

function crossEntropy({ coefficient }: Record<string, number>, [logits]: Tensor[], fixture: string): Tensor {
  const targets = tf.tensor1d(crossEntropyFixture(fixture).targets.data, 'int32');
  const [nll, total] = linearCrossEntropy(logits!, tf.eye(logits!.shape[1]!), targets);
  return tf.add(tf.mean(nll), tf.mul(float(coefficient!), tf.mean(tf.square(total))));
}

const builds: Record<string, Build> = {
  'causal-attention': (_, [q, k, v]) => swapped(causalAttention(swapped(q!), swapped(k!), swapped(v!))),
  'cross-entropy': crossEntropy,
  expert: (_, [x, gate, up, down]) => matMul(swiGlu(matMul(x!, gate!), matMul(x!, up!)), down!),
  mixture,
  'rms-norm': ({ epsilon }, [x, gain]) => rmsNorm(x!, gain!, epsilon!),
  rope: ({ theta }, [x]) => swapped(rotary(swapped(x!), theta!)),
  swiglu: (_, [gate, up]) => swiGlu(gate!, up!),
};

function expectFixture(build: Build, { name, attributes, inputs, upstream, output, gradients }: KernelFixture): void {
  const plain = (value: Real | number) => (typeof value === 'number' ? [value] : value.data);
  const f = (...tensors: Tensor[]) => build(attributes, tensors, name);
  const tensors = Object.values(inputs).map(tensor);
  const dy = typeof upstream === 'number' ? float(upstream) : tensor(upstream);
  expect(relativeError(entries(f(...tensors)), plain(output)), 'output').toBeLessThan(tolerance);
  const actual = tf.grads(f)(tensors, dy);
  for (const [index, input] of Object.keys(inputs).entries()) {
    expect(relativeError(entries(actual[index]!), gradients[input]!.data), input).toBeLessThan(tolerance);
  }
}

describe('kernels', () => {
  test.each(fixtureNames('kernel'))('%s', (fixture) => {
    const [, build] = Object.entries(builds).find(([kernel]) => fixture.startsWith(kernel))!;
    onReference(() => tf.tidy(() => expectFixture(build, kernelFixture(fixture))));
  });
});

describe('AdamW', () => {
  test.each(ruleFixture('adamw'))('$name', async ({ training, parameters, steps }) => {
    const names = Object.keys(parameters);
    const engine = await createReferenceEngine(
      names.map((name) => ({ name, shape: parameters[name]!.shape, init: 'normal' })),
    );
    for (const name of names) engine.state('parameter', name).set(parameters[name]!.data);
    for (const { step, learningRate, gradientScale, gradients, after } of steps) {
      for (const name of names) engine.state('gradient', name).set(gradients[name]!.data);
      await engine.update({ ...training, step, learningRate, gradientScale });
      const expectState = (kind: 'parameter' | 'firstMoment' | 'secondMoment', expected: Reals) => {
        for (const name of names) {
          const error = relativeError(engine.state(kind, name), expected[name]!.data, 1e-12);
          expect(error, `${kind} of ${name} after step ${step}`).toBeLessThan(tolerance);
        }
      };
      expectState('parameter', after.parameters);
      expectState('firstMoment', after.firstMoment);
      expectState('secondMoment', after.secondMoment);
    }
  });
});
