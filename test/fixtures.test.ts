import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { modelSchema, objectiveTermSchema, trainingSchema } from '../src/shared/config/schema.ts';
import { parameterSpecifications } from '../src/worker/model/parameters.ts';
import {
  crossEntropyFixture,
  fixtureNames,
  kernelFixture,
  modelFixture,
  type Real,
  type Reals,
  relativeError,
  ruleFixture,
  trajectoryFixture,
} from './fixtures.ts';

const objectiveSchema = z.array(objectiveTermSchema);
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const mean = ({ data }: Real) => sum(data) / data.length;
const shapes = (reals: Reals) => Object.fromEntries(Object.entries(reals).map(([name, { shape }]) => [name, shape]));
const single = ({ data }: Real) => data.every((value) => Math.fround(value) === value);

describe.each(fixtureNames('model'))('model fixture %s', (name) => {
  const { model, objective, inputs, parameters, outputs } = modelFixture(name);
  const [B, T] = inputs.tokens.shape as [number, number];
  const { layers: L, experts: E, active: K } = model;

  test('has the configuration, names and shapes of this project', () => {
    expect(modelSchema.parse(model)).toEqual(model);
    expect(objectiveSchema.parse(objective)).toEqual(objective);
    const specified = Object.fromEntries(parameterSpecifications(model).map(({ name, shape }) => [name, shape]));
    expect(shapes(parameters)).toEqual(specified);
    expect(shapes(outputs.gradients)).toEqual(specified);
    expect(Object.values(parameters).every(single)).toBe(true);
  });

  test('adds up', () => {
    const { loss, crossEntropy, zLoss, terms, tokenLosses } = outputs;
    expect(loss).toBeCloseTo(crossEntropy + zLoss + sum(Object.values(terms)), 12);
    expect(mean(tokenLosses)).toBeCloseTo(crossEntropy, 12);
    const kinds = objective.map(({ kind }) => kind).filter((kind) => kind !== 'loss-free-bias');
    expect(Object.keys(terms)).toEqual(kinds);
  });

  const { routing, similarity } = outputs;

  test('has a routing, and pairs of experts, where its model has', () => {
    expect(routing !== null).toBe(model.kind === 'moe');
    expect(similarity !== null).toBe(E > 1);
  });

  if (routing)
    test('routes every token K times', () => {
      const { counts, chosen, entropy } = routing;
      const counted = new Int32Array(L * E);
      chosen.data.forEach((expert, slot) => {
        counted[Math.floor(slot / (B * T * K)) * E + expert]! += 1;
      });
      expect(counts.data).toEqual(counted);
      expect(entropy.data.every((value) => value >= 0 && value <= Math.log(E) + 1e-12)).toBe(true);
    });

  if (similarity)
    test('has PES as the mean of the pairs', () => {
      const { pes, pairs } = similarity;
      const all = Array.from({ length: L }, (_, layer) => sum(pairs.data.subarray(layer * E * E, (layer + 1) * E * E)));
      const expected = all.map((total) => (total - E) / (E * (E - 1)));
      expect(relativeError(pes.data, expected)).toBeLessThan(1e-12);
    });
});

describe.each(fixtureNames('trajectory'))('trajectory fixture %s', (name) => {
  const { model, objective, training, inputs, parameters, outputs } = trajectoryFixture(name);

  test('has the configuration and shapes of this project', () => {
    expect(modelSchema.parse(model)).toEqual(model);
    expect(objectiveSchema.parse(objective)).toEqual(objective);
    expect(trainingSchema.parse(training)).toEqual(training);
    expect(inputs.tokens.shape).toEqual([training.steps, training.accumulate, training.batch, model.context]);
    for (const state of [outputs.parameters, outputs.firstMoment, outputs.secondMoment]) {
      expect(shapes(state)).toEqual(shapes(parameters));
    }
  });

  test('learns', () => {
    const { data } = outputs.crossEntropy;
    expect(sum(data.slice(-10))).toBeLessThan(0.8 * sum(data.slice(0, 10)));
  });
});

test('kernel fixtures have a gradient of each input', () => {
  for (const name of fixtureNames('kernel')) {
    const { inputs, gradients } = kernelFixture(name);
    expect(shapes(gradients), name).toEqual(shapes(inputs));
    expect(Object.values(inputs).every(single), name).toBe(true);
  }
});

test('cross-entropy fixtures agree with a plain sum', () => {
  for (const name of fixtureNames('kernel').filter((each) => each.startsWith('cross-entropy'))) {
    const { inputs, targets, tokenLosses, normaliser, attributes, output } = crossEntropyFixture(name);
    const [N, V] = inputs.logits!.shape as [number, number];
    for (let n = 0; n < N; n++) {
      const logits = inputs.logits!.data.subarray(n * V, (n + 1) * V);
      const largest = Math.max(...logits);
      const logSum = largest + Math.log(sum(logits.map((logit) => Math.exp(logit - largest))));
      expect(normaliser.data[n]).toBeCloseTo(logSum, 10);
      expect(tokenLosses.data[n]).toBeCloseTo(logSum - logits[targets.data[n]!]!, 10);
    }
    const squares = sum(normaliser.data.map((value) => value * value)) / N;
    expect(output).toBeCloseTo(mean(tokenLosses) + attributes.coefficient * squares, 10);
  }
});

test('rule fixtures hold by hand', () => {
  const [first] = ruleFixture('schedule');
  expect(first!.learningRates.data[0]).toBeCloseTo(1e-3 * (0.1 + 0.9 / 10), 15);
  expect(first!.learningRates.data[9]).toBeCloseTo(1e-3, 15);
  expect(first!.learningRates.data.at(-1)).toBeCloseTo(1e-4, 15);
  const [bias] = ruleFixture('bias-update');
  expect([...bias!.counts.data.subarray(0, 4)]).toEqual([4, 8, 5, 3]);
  const moved = [...bias!.updated.data].map(
    (value, index) => Math.round((value - bias!.bias.data[index]!) * 1e6) / 1e6,
  );
  expect(moved).toEqual([0.001, -0.001, 0, 0.001, 0, 0, 0, 0]);
  const twice = ruleFixture('orthogonality').find(({ name }) => name === 'twice-identity')!;
  expect(twice).toMatchObject({ simbal: 4 * 3, l1: 12, meanSquare: (4 * 9) / 16, normalisedGram: 0 });
  expect(ruleFixture('adamw').map(({ steps }) => steps.length)).toEqual([5, 5, 5]);
});

describe('relativeError', () => {
  test('is relative above the floor and absolute below it', () => {
    expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 15);
    expect(relativeError([1e-9], [0])).toBeCloseTo(1e-6, 15);
    expect(relativeError(2, 1)).toBe(1);
  });

  test('hides nothing', () => {
    expect(relativeError([Number.NaN], [1])).toBeNaN();
    expect(() => relativeError([1], [1, 2])).toThrow(RangeError);
  });
});
