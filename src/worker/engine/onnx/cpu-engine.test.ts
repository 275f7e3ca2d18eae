import { afterEach, expect, test } from 'vitest';
import type { ModelConfiguration } from '../../../shared/config/schema.ts';
import { initialise } from '../../model/initialise.ts';
import { parameterSpecifications } from '../../model/parameters.ts';
import { evaluateProgram } from '../../programs/evaluate.ts';
import { trainProgram } from '../../programs/train.ts';
import { Generator } from '../../random/generator.ts';
import type { Engine } from '../engine.ts';
import { tf } from '../tf.ts';
import { OnnxCpuEngine } from './cpu-engine.ts';

const model: ModelConfiguration = {
  kind: 'moe',
  vocabulary: 19,
  width: 12,
  layers: 2,
  heads: 3,
  context: 9,
  experts: 5,
  active: 2,
  expertWidth: 7,
  ropeTheta: 1e4,
  normEpsilon: 1e-6,
  queryKeyNorm: false,
  renormalise: false,
  outputZLoss: 1e-5,
  initDeviation: 0.02,
  routerInit: 'normal',
};
const batch = 2;

let engine: Engine;
afterEach(() => engine.dispose());

async function filled(threads: number): Promise<Engine> {
  engine = new OnnxCpuEngine(parameterSpecifications(model), threads);
  for (const { name, shape } of engine.parameters) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    new Generator(7, name).fillNormal(data, 0.5);
    await engine.upload('parameter', name, data);
  }
  return engine;
}

const ids = (stream: string) => {
  const random = new Generator(3, stream);
  return Int32Array.from({ length: batch * model.context }, () => random.integer(model.vocabulary));
};
const update = {
  learningRate: 0.01,
  weightDecay: 0.1,
  decayOn: 'matrices',
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  gradientScale: 0.5,
} as const;

async function threeSteps(threads: number): Promise<Buffer> {
  await filled(threads);
  const program = await engine.compile(trainProgram(model, [{ kind: 'lbl-sequence', coefficient: 0.01 }], batch));
  for (let step = 1; step <= 3; step++) {
    await program.run({ tokens: ids(`tokens ${step}`), targets: ids(`targets ${step}`) });
    await engine.gradientNorm();
    await engine.update({ ...update, step });
  }
  const parts: Uint8Array[] = [];
  for (const { name } of engine.parameters) {
    for (const kind of ['parameter', 'firstMoment', 'secondMoment'] as const) {
      parts.push(new Uint8Array((await engine.download(kind, name)).buffer));
    }
  }
  await program.dispose();
  return Buffer.concat(parts);
}

test.each([1, 2, 3])('%i threads: the same steps give the same bytes', async (threads) => {
  const first = await threeSteps(threads);
  await engine.dispose();
  expect(first.equals(await threeSteps(threads))).toBe(true);
});

test('compiling leaves no tensor behind', async () => {
  await filled(1);
  const before = tf.memory().numTensors;
  const train = await engine.compile(trainProgram(model, [], batch));
  const evaluate = await engine.compile(evaluateProgram(model, batch, false));
  expect(tf.memory().numTensors).toBe(before);
  for (let run = 0; run < 20; run++) {
    await train.run({ tokens: ids('tokens'), targets: ids('targets') });
    await evaluate.run({ tokens: ids('tokens'), targets: ids('targets') });
  }
  expect(tf.memory().numTensors).toBe(before);
});

test('accumulated gradients are the sum of both', async () => {
  await filled(2);
  const program = await engine.compile(trainProgram(model, [], batch));
  const gradients = async () => {
    const all: number[] = [];
    for (const { name } of engine.parameters) all.push(...(await engine.download('gradient', name)));
    return all;
  };
  await program.run({ tokens: ids('a'), targets: ids('b') });
  const first = await gradients();
  await program.run({ tokens: ids('c'), targets: ids('d') });
  const second = await gradients();
  await program.run({ tokens: ids('a'), targets: ids('b') }, { accumulate: true });
  const both = await gradients();
  expect(both.some((value) => value !== 0)).toBe(true);
  for (const [index, value] of both.entries()) expect(value).toBeCloseTo(first[index]! + second[index]!, 5);
});

test('a token that comes often loses no part of its gradient to threads', async () => {
  const wide = { ...model, width: 256, heads: 2, context: 128, layers: 1 };
  const program = trainProgram(wide, [], 16);
  const tokens = Int32Array.from({ length: 16 * wide.context }, (_, index) => index % 3);
  const gradients = async (threads: number, runs: number) => {
    engine = new OnnxCpuEngine(parameterSpecifications(wide), threads);
    await initialise(wide, 1, (name, value) => engine.upload('parameter', name, value));
    const compiled = await engine.compile(program);
    const results: number[][] = [];
    for (let run = 0; run < runs; run++) {
      await compiled.run({ tokens, targets: tokens });
      const [table, head] = [await engine.download('gradient', 'embedding'), await engine.download('gradient', 'head')];
      results.push([...table, ...head]);
    }
    await compiled.dispose();
    return results;
  };
  const [expected] = await gradients(1, 1);
  await engine.dispose();
  const length = (values: readonly number[]) => Math.hypot(...values);
  for (const actual of await gradients(2, 8)) {
    const difference = length(actual.map((value, index) => value - expected![index]!));
    expect(difference / length(expected!)).toBeLessThan(1e-5);
  }
});

test('outputs are fresh at every run', async () => {
  await filled(1);
  const program = await engine.compile(evaluateProgram(model, batch, false));
  const { nll: first } = await program.run({ tokens: ids('a'), targets: ids('b') });
  const kept = [...first!.data];
  await program.run({ tokens: ids('c'), targets: ids('d') });
  expect([...first!.data]).toEqual(kept);
});

test('a wrong length or name is told in words', async () => {
  await filled(1);
  await expect(engine.upload('parameter', 'norm', new Float32Array(3))).rejects.toThrow('norm has 12 numbers, not 3.');
  await expect(engine.download('gradient', 'nothing')).rejects.toThrow('The model has no parameter nothing.');
  const program = await engine.compile(evaluateProgram(model, batch, false));
  await expect(program.run({ tokens: ids('a') })).rejects.toThrow(
    'Input targets of program evaluate needs 18 numbers, not 0.',
  );
});

test('a gradient that is not finite shows in the norm', async () => {
  await filled(2);
  const program = await engine.compile(trainProgram(model, [], batch));
  const head = await engine.download('parameter', 'head');
  head[0] = Number.NaN;
  await engine.upload('parameter', 'head', head);
  await program.run({ tokens: ids('a'), targets: ids('b') });
  expect(await engine.gradientNorm()).toBeNaN();
});
