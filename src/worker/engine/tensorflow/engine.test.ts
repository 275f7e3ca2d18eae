// The engine on TensorFlow beyond its agreement with the others (test/*agreement*): that it holds its memory, repeats itself byte for byte,
// and says what is wrong. Where TensorFlow is not set up these are skipped.
import { describe, expect, test } from 'vitest';
import { configurationFromPreset } from '../../../shared/config/presets.ts';
import { initialise } from '../../model/initialise.ts';
import { parameterSpecifications } from '../../model/parameters.ts';
import { randomBatch } from '../../probe/random-batch.ts';
import { selfTestConfiguration } from '../../probe/self-test.ts';
import { trainProgram } from '../../programs/train.ts';
import type { Engine, Program } from '../engine.ts';
import { dropSlots, groupRows, groupSlots, route, scaleRows, ungroupSum } from '../kernels.ts';
import { createReferenceEngine } from '../reference/engine.ts';
import { tf } from '../tf.ts';
import { tensorflowBackend } from './backend.ts';
import { describeTensorflow, TensorflowEngine } from './engine.ts';

// With it every kernel is checked for data that it makes and does not return.
tf.env().set('IS_TEST', true);

const threads = 2;
const { available } = describeTensorflow(threads);

/** What TensorFlow.js and TensorFlow hold. */
const held = () => ({
  tensors: tf.memory().numTensors,
  data: tensorflowBackend(threads).numDataIds(),
  native: tensorflowBackend(threads).operations.binding.getNumOfTensors(),
});

const update = {
  learningRate: 1e-3,
  weightDecay: 0.1,
  decayOn: 'all',
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  gradientScale: 0.5,
} as const;

/** A program of no model over one parameter `weight` [2]. */
const plain = (build: Program['build'], inputs: Program['inputs'] = {}): Program => ({
  name: 'plain',
  inputs,
  differentiate: 'loss',
  build,
});
const weight = [{ name: 'weight', shape: [2], init: 'ones' }] as const;

describe.skipIf(!available)('the engine on TensorFlow', () => {
  test('holds after 1000 steps what it held before', async () => {
    const { model, objective, training } = selfTestConfiguration;
    const engine = new TensorflowEngine(parameterSpecifications(model), threads);
    await initialise(model, 1, async (name, value) => engine.upload('parameter', name, value));
    const program = await engine.compile(trainProgram(model, objective, training.batch));
    const batch = randomBatch(selfTestConfiguration);
    const step = async (index: number) => {
      await program.run(batch, { accumulate: index % 3 === 0 });
      await engine.gradientNorm();
      await engine.update({ ...update, step: index });
    };
    for (let index = 1; index <= 3; index++) await step(index);
    const before = held();
    for (let index = 4; index <= 1003; index++) await step(index);
    expect(held()).toEqual(before);
    await program.dispose();
    await engine.dispose();
  }, 300_000);

  test('gives everything back when it is disposed of', async () => {
    const use = async () => {
      const engine = new TensorflowEngine(weight, threads);
      const program = await engine.compile(plain((_, parameters) => ({ loss: tf.sum(parameters.one('weight')) })));
      await program.run({});
      await engine.update({ ...update, step: 1 });
      await engine.dispose();
    };
    await use();
    const before = held();
    await use();
    expect(held()).toEqual(before);
  });

  test('repeats itself byte for byte', async () => {
    const configuration = configurationFromPreset('nano', {
      corpus: 'random tokens',
      objective: [{ kind: 'simbal' }],
      model: { layers: 2, routerInit: 'normal' },
      training: { batch: 8 },
    });
    const { model, objective, training } = configuration;
    const train = async () => {
      const engine = new TensorflowEngine(parameterSpecifications(model), threads);
      await initialise(model, 1, async (name, value) => engine.upload('parameter', name, value));
      const program = await engine.compile(trainProgram(model, objective, training.batch));
      for (let step = 1; step <= 3; step++) {
        await program.run(randomBatch(configuration));
        await engine.update({ ...update, step });
      }
      const state = await Promise.all(engine.parameters.map(({ name }) => engine.download('parameter', name)));
      await engine.dispose();
      return state.map((values) => Buffer.from(values.buffer).toString('base64'));
    };
    const first = await train();
    for (let again = 0; again < 3; again++) expect(await train()).toEqual(first);
  }, 300_000);

  test('a failed program leaves nothing behind and names what it asked for', async () => {
    const engine = new TensorflowEngine(weight, threads);
    const unknown = await engine.compile(plain((_, parameters) => ({ loss: parameters.one('other') })));
    const vector = await engine.compile(plain((_, parameters) => ({ loss: tf.neg(parameters.one('weight')) })));
    const wrong = await engine.compile(
      plain(
        ({ x }, parameters) => {
          const matrix = tf.reshape(parameters.one('weight'), [1, 2]);
          return {
            loss: tf.sum(tf.engine().runKernel('GroupedMatMul', [matrix, x!, matrix] as never, { transpose: true })),
          };
        },
        { x: { shape: [1], dtype: 'int32' } },
      ),
    );
    const before = held();
    await expect(unknown.run({})).rejects.toThrow(/parameter other that the engine does not hold/);
    await expect(vector.run({})).rejects.toThrow(/must be one number, but has shape \[2\]/);
    await expect(wrong.run({})).rejects.toThrow(/was given no input x/);
    await expect(wrong.run({ x: Int32Array.of(1, 1) })).rejects.toThrow(/takes 1 numbers, but was given 2/);
    await expect(engine.upload('parameter', 'weight', new Float32Array(3))).rejects.toThrow(
      /takes 2 numbers, but was given 3/,
    );
    await expect(engine.download('gradient', 'other')).rejects.toThrow(/no parameter called "other"/);
    expect(held()).toEqual(before);
    // Of an operation that fails TensorFlow.js itself leaves what its tape had saved.
    await expect(wrong.run({ x: Int32Array.of(3) })).rejects.toThrow(/TensorFlow could not run SplitV: /);
    await engine.dispose();
  });

  test('uploads copy, and a gradient that does not exist is zero', async () => {
    const engine = new TensorflowEngine(weight, threads);
    for (const kind of ['parameter', 'gradient', 'firstMoment', 'secondMoment'] as const) {
      const data = Float32Array.of(1, 2);
      await engine.upload(kind, 'weight', data);
      data.fill(9);
      expect([...(await engine.download(kind, 'weight'))]).toEqual([1, 2]);
    }
    const constant = await engine.compile(plain(() => ({ loss: tf.scalar(1) })));
    await constant.run({}, { accumulate: true });
    expect([...(await engine.download('gradient', 'weight'))]).toEqual([1, 2]);
    await constant.run({});
    expect([...(await engine.download('gradient', 'weight'))]).toEqual([0, 0]);
    expect(await engine.gradientNorm()).toBe(0);
    await engine.dispose();
  });

  test('a gradient that is not finite has a norm that is not', async () => {
    const engine = new TensorflowEngine(weight, threads);
    await engine.upload('gradient', 'weight', Float32Array.of(3, 4));
    expect(await engine.gradientNorm()).toBeCloseTo(5, 6);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await engine.upload('gradient', 'weight', Float32Array.of(1, value));
      expect(Number.isFinite(await engine.gradientNorm())).toBe(false);
    }
    await engine.dispose();
  });

  test('has every kernel that the reference has', () => {
    const names = (backend: string) => tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    expect(names('tensorflow')).toEqual(expect.arrayContaining(names('reference')));
  });

  test('drops slots as the reference does', async () => {
    const program: Program = {
      name: 'drop',
      inputs: { scores: { shape: [3, 4], dtype: 'float32' }, kept: { shape: [3, 2], dtype: 'float32' } },
      differentiate: 'loss',
      build({ scores, kept }, parameters) {
        const x = parameters.one('x');
        const routing = dropSlots(route(scores!, 2), kept!);
        const rows = scaleRows(groupRows(x, routing, 2), groupSlots(tf.slice(x, [0, 0], [3, 2]), routing));
        const y = ungroupSum(rows, routing, 2);
        return { loss: tf.sum(tf.square(y)), y, counts: routing.counts };
      },
    };
    const inputs = {
      scores: Float32Array.of(4, 3, 2, 1, 1, 2, 3, 4, 1, 9, 1, 9),
      kept: Float32Array.of(1, 0, 0, 1, 0, 0),
    };
    const results = async (engine: Engine) => {
      await engine.upload(
        'parameter',
        'x',
        Float32Array.from({ length: 15 }, (_, index) => index / 8 - 1),
      );
      const compiled = await engine.compile(program);
      const outputs = await compiled.run(inputs);
      const gradient = await engine.download('gradient', 'x');
      await engine.dispose();
      return [...Object.values(outputs).map(({ data }) => data), gradient].map((data) => [...data]);
    };
    const x = [{ name: 'x', shape: [3, 5], init: 'normal' }] as const;
    const expected = await results(await createReferenceEngine(x));
    const actual = await results(new TensorflowEngine(x, threads));
    for (const [index, values] of expected.entries()) {
      expect(actual[index]).toHaveLength(values.length);
      for (const [place, value] of values.entries()) expect(actual[index]![place]).toBeCloseTo(value, 5);
    }
  });
});
