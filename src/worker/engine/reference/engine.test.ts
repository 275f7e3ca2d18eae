import { expect, test } from 'vitest';
import { LabError } from '../../../shared/errors.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import type { EngineFactory, Program, Update } from '../engine.ts';
import { embed, groupedMatMul, groupRows, linearCrossEntropy, rmsNorm, route, ungroupSum } from '../kernels.ts';
import { matMul, tf } from '../tf.ts';
import { heldArrays } from './backend.ts';
import { createReferenceEngine } from './engine.ts';

tf.env().set('IS_TEST', true);

const factory: EngineFactory = createReferenceEngine;

const plain = (name: string, shape: number[]): ParameterSpecification => ({ name, shape, init: 'normal' });

/** loss = Σ (weight·x + bias)²/2 with a parameter that it does not reach. */
const line = [plain('weight', [1, 2]), plain('bias', [1]), plain('unused', [2, 2])];
const program: Program = {
  name: 'line',
  inputs: { x: { shape: [2, 1], dtype: 'float32' } },
  build({ x }, parameters) {
    const y = tf.add(matMul(parameters.one('weight'), x!), parameters.one('bias'));
    return { loss: tf.div(tf.sum(tf.square(y)), 2), y, half: tf.cast(tf.div(y, 2), 'int32'), high: tf.greater(y, 0) };
  },
  differentiate: 'loss',
};

async function lineEngine() {
  const engine = await createReferenceEngine(line);
  await engine.upload('parameter', 'weight', Float32Array.of(2, 3));
  await engine.upload('parameter', 'bias', Float32Array.of(-1));
  return { engine, compiled: await engine.compile(program) };
}

const x = Float32Array.of(1, 10);

test('a run hands out every output and leaves the gradients', async () => {
  const { engine, compiled } = await lineEngine();
  expect(await compiled.run({ x })).toEqual({
    loss: { shape: [], data: Float32Array.of(31 ** 2 / 2) },
    y: { shape: [1, 1], data: Float32Array.of(31) },
    half: { shape: [1, 1], data: Int32Array.of(15) },
    high: { shape: [1, 1], data: Int32Array.of(1) },
  });
  expect(await engine.download('gradient', 'weight')).toEqual(Float32Array.of(31, 310));
  expect(await engine.download('gradient', 'bias')).toEqual(Float32Array.of(31));
  expect(await engine.download('gradient', 'unused')).toEqual(Float32Array.of(0, 0, 0, 0));
  expect(await engine.gradientNorm()).toBeCloseTo(31 * Math.sqrt(102), 10);
});

test('gradients are replaced, or added to where asked', async () => {
  const { engine, compiled } = await lineEngine();
  await compiled.run({ x });
  await compiled.run({ x }, { accumulate: true });
  expect(engine.state('gradient', 'bias')).toEqual(Float64Array.of(62));
  await compiled.run({ x });
  expect(engine.state('gradient', 'bias')).toEqual(Float64Array.of(31));
  await engine.upload('gradient', 'unused', Float32Array.of(1, 2, 3, 4));
  await compiled.run({ x });
  expect(engine.state('gradient', 'unused')).toEqual(new Float64Array(4));
});

test('a program that does not differentiate leaves the gradients alone', async () => {
  const { engine, compiled } = await lineEngine();
  await compiled.run({ x });
  const { differentiate: _, ...forward } = program;
  const evaluation = await engine.compile(forward);
  expect((await evaluation.run({ x: Float32Array.of(0, 0) })).y!.data).toEqual(Float32Array.of(-1));
  expect(engine.state('gradient', 'bias')).toEqual(Float64Array.of(31));
});

const update: Update = {
  step: 1,
  learningRate: 0.1,
  weightDecay: 0.5,
  decayOn: 'matrices',
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 0,
  gradientScale: 1,
};

test('an update decays matrices alone, or everything', async () => {
  for (const [decayOn, bias] of [
    ['matrices', -1 - 0.1],
    ['all', -0.95 - 0.1],
  ] as const) {
    const { engine, compiled } = await lineEngine();
    await compiled.run({ x });
    await engine.upload('gradient', 'unused', Float32Array.of(1, 1, 1, 1));
    await engine.update({ ...update, decayOn });
    // The first step is the learning rate itself, against the sign of the gradient.
    expect(engine.state('parameter', 'weight')[0]).toBeCloseTo(2 * 0.95 - 0.1, 14);
    expect(engine.state('parameter', 'weight')[1]).toBeCloseTo(3 * 0.95 - 0.1, 14);
    expect(engine.state('parameter', 'bias')[0]).toBeCloseTo(bias, 14);
    expect(engine.state('firstMoment', 'bias')[0]).toBeCloseTo(3.1, 13);
    expect(engine.state('secondMoment', 'bias')[0]).toBeCloseTo(0.05 * 31 ** 2, 12);
  }
});

test('the norm is not finite where a gradient is not', async () => {
  const { engine, compiled } = await lineEngine();
  await compiled.run({ x: Float32Array.of(Number.NaN, 1) });
  expect(await engine.gradientNorm()).toBeNaN();
  await engine.upload('gradient', 'weight', Float32Array.of(0, Number.POSITIVE_INFINITY));
  await engine.upload('gradient', 'bias', Float32Array.of(0));
  expect(await engine.gradientNorm()).toBe(Number.POSITIVE_INFINITY);
});

test('wrong names, lengths, inputs and outputs are refused by name', async () => {
  const { engine, compiled } = await lineEngine();
  const refused = async (work: () => Promise<unknown>, field: string) => {
    const error = await work().then(() => undefined, LabError.from);
    expect(error).toMatchObject({ code: 'engine', field });
  };
  await refused(() => engine.upload('parameter', 'wieght', x), 'wieght');
  await refused(() => engine.download('gradient', '__proto__'), '__proto__');
  await refused(() => engine.upload('parameter', 'bias', x), 'bias');
  await refused(() => compiled.run({}), 'line.x');
  await refused(() => compiled.run({ x: Float32Array.of(1) }), 'line.x');
  const run = async (changed: Partial<Program>) => (await engine.compile({ ...program, ...changed })).run({ x });
  await refused(() => run({ differentiate: 'lost' }), 'lost');
  await refused(() => run({ build: ({ x }) => ({ loss: x! }) }), 'loss');
  await refused(() => run({ build: (_, parameters) => ({ loss: tf.sum(parameters.one('head')) }) }), 'head');
  await refused(() => run({ build: (_, parameters) => ({ loss: tf.sum(parameters.group('up')[0]!) }) }), 'up');
});

/** A model in small: embedding, routed matrices with a residual, normalisation, cross-entropy. */
const [V, D, E, N] = [5, 4, 3, 6];
const model: ParameterSpecification[] = [
  plain('embedding', [V, D]),
  plain('router', [D, E]),
  ...Array.from({ length: E }, (_, member) => ({ ...plain(`experts.${member}`, [D, D]), group: 'experts', member })),
  plain('norm', [D]),
  plain('head', [V, D]),
];
const step: Program = {
  name: 'step',
  inputs: { ids: { shape: [N], dtype: 'int32' }, targets: { shape: [N], dtype: 'int32' } },
  build({ ids, targets }, { one, group }) {
    const hidden = embed(one('embedding'), ids!);
    const logits = matMul(hidden, one('router'));
    const routing = route(logits, 2);
    const rows = groupedMatMul(groupRows(hidden, routing, 2), group('experts'), routing.counts);
    const y = rmsNorm(tf.add(hidden, ungroupSum(rows, routing, 2)), one('norm'), 1e-6);
    const [nll] = linearCrossEntropy(y, one('head'), targets!);
    return { loss: tf.add(tf.mean(nll), tf.mean(tf.square(logits))), counts: routing.counts };
  },
  differentiate: 'loss',
};

test('a small routed model learns, and no tensor and no data is left after many runs', async () => {
  const engine = await factory(model, { threads: 1 });
  for (const [index, { name, shape }] of model.entries()) {
    const length = shape.reduce((a, b) => a * b);
    const values = Float32Array.from({ length }, (_, i) => Math.sin(1 + i * 1.7 + index));
    await engine.upload('parameter', name, name === 'norm' ? values.fill(1) : values);
  }
  const compiled = await engine.compile(step);
  const inputs = { ids: Int32Array.of(0, 1, 2, 3, 4, 0), targets: Int32Array.of(1, 2, 3, 4, 0, 1) };
  const losses: number[] = [];
  const counted = () => ({ tensors: tf.memory().numTensors, buffers: tf.memory().numDataBuffers, held: heldArrays() });
  const before = counted();
  for (let index = 1; index <= 30; index++) {
    const { loss, counts } = await compiled.run(inputs);
    losses.push(loss!.data[0]!);
    expect(Array.from(counts!.data).reduce((a, b) => a + b)).toBe(2 * N);
    await engine.update({ ...update, step: index, learningRate: 0.05, weightDecay: 0, epsilon: 1e-8 });
    expect(counted()).toEqual(before);
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 5);
  await compiled.dispose();
  await engine.dispose();
});
