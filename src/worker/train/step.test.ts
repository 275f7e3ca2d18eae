import { expect, test } from 'vitest';
import { fixtureNames, relativeError, trajectoryFixture } from '../../../test/fixtures.ts';
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { Batch } from '../data/batches.ts';
import { OnnxCpuEngine } from '../engine/onnx/cpu-engine.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { exampleConfiguration } from './example-run.testing.ts';
import { compilePrograms, disposePrograms } from './programs.ts';
import { type StepResult, trainStep } from './step.ts';
import { newBias } from './training-state.ts';

// Float32 beside float64 over 50 steps; a routing that differs by rounding would be far outside.
const tolerance = 1e-3;

test.each(fixtureNames('trajectory'))('the trajectory %s is that of torch.optim.AdamW in float64', async (name) => {
  const { model, objective, training, inputs, parameters, outputs } = trajectoryFixture(name);
  const configuration: RunConfiguration = { ...exampleConfiguration(), model, objective, training };
  const engine = new OnnxCpuEngine(parameterSpecifications(model), 1);
  for (const [parameter, { data }] of Object.entries(parameters)) {
    await engine.upload('parameter', parameter, Float32Array.from(data));
  }
  const programs = await compilePrograms(engine, configuration);
  const context = { engine, configuration, programs, bias: newBias(configuration) };
  const N = training.batch * model.context;
  const results: StepResult[] = [];
  for (let step = 1; step <= training.steps; step++) {
    const batches = Array.from({ length: training.accumulate }, (_, micro): Batch => {
      const start = ((step - 1) * training.accumulate + micro) * N;
      const part = ({ data }: { data: Int32Array }) => data.slice(start, start + N);
      return { tokens: part(inputs.tokens), targets: part(inputs.targets) };
    });
    results.push(await trainStep(context, step, batches));
  }

  for (const quantity of ['loss', 'crossEntropy', 'gradientNorm', 'learningRate'] as const) {
    const found = results.map((result) => result[quantity]);
    expect(relativeError(found, outputs[quantity].data), quantity).toBeLessThan(tolerance);
  }
  if (outputs.counts) {
    const loads = outputs.counts.data.subarray(0, model.layers * model.experts);
    const perLayer = Array.from({ length: model.layers }, (_, layer) =>
      loads.subarray(layer * model.experts, (layer + 1) * model.experts),
    );
    const mean = (model.active * N * training.accumulate) / model.experts;
    expect(results[0]!.maxLoad).toBeCloseTo(Math.max(...perLayer.flatMap((layer) => [...layer])) / mean, 10);
  }
  if (outputs.bias) expect(relativeError(context.bias!, outputs.bias.data)).toBeLessThan(1e-6);
  else expect(context.bias).toBeNull();
  for (const kind of ['parameter', 'firstMoment', 'secondMoment'] as const) {
    const expected = kind === 'parameter' ? outputs.parameters : outputs[kind];
    for (const [parameter, { data }] of Object.entries(expected)) {
      const found = await engine.download(kind, parameter);
      expect(relativeError(found, data), `${kind} ${parameter}`).toBeLessThan(tolerance);
    }
  }
  await disposePrograms(programs);
  await engine.dispose();
});

test('the terms of the loss are named by their kinds and add up to it', async () => {
  const configuration = exampleConfiguration({ objective: [{ kind: 'simbal' }, { kind: 'router-z' }] });
  const engine = new OnnxCpuEngine(parameterSpecifications(configuration.model), 1);
  for (const { name } of engine.parameters) {
    const size = (await engine.download('parameter', name)).length;
    await engine.upload(
      'parameter',
      name,
      Float32Array.from({ length: size }, (_, index) => Math.sin(index)),
    );
  }
  const programs = await compilePrograms(engine, configuration);
  const tokens = Int32Array.from({ length: 32 }, (_, index) => index);
  const result = await trainStep({ engine, configuration, programs, bias: null }, 1, [{ tokens, targets: tokens }]);
  expect(Object.keys(result.terms)).toEqual(['simbal', 'router-z']);
  const sum = result.crossEntropy + result.zLoss + result.terms.simbal! + result.terms['router-z']!;
  expect(result.loss).toBeCloseTo(sum, 4);
  await disposePrograms(programs);
  await engine.dispose();
});
