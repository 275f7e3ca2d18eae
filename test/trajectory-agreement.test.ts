// Every engine, with the training step around it, against 50 AdamW steps of PyTorch in float64.
import { describe, expect, test } from 'vitest';
import type { RunConfiguration } from '../src/shared/config/schema.ts';
import type { Batch } from '../src/worker/data/batches.ts';
import type { EngineFactory } from '../src/worker/engine/engine.ts';
import { parameterSpecifications } from '../src/worker/model/parameters.ts';
import { exampleConfiguration } from '../src/worker/train/example-run.testing.ts';
import { compilePrograms, disposePrograms } from '../src/worker/train/programs.ts';
import { type StepResult, trainStep } from '../src/worker/train/step.ts';
import { newBias } from '../src/worker/train/training-state.ts';
import { engines } from './engines.ts';
import { fixtureNames, relativeError, trajectoryFixture } from './fixtures.ts';

// Float32 beside float64 over 50 steps; a routing that differs by rounding would be far outside.
const tolerance = 1e-3;

for (const { name: engineName, create, available } of engines) {
  describe.skipIf(!available)(`${engineName}: 50 steps as torch.optim.AdamW takes them in float64`, () => {
    test.each(fixtureNames('trajectory'))('%s', (name) => follow(name, create));
  });
}

async function follow(name: string, create: EngineFactory): Promise<void> {
  const { model, objective, training, inputs, parameters, outputs } = trajectoryFixture(name);
  const configuration: RunConfiguration = { ...exampleConfiguration(), model, objective, training };
  const engine = await create(parameterSpecifications(model), { threads: 1 });
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
}
