import { expect, test } from 'vitest';
import { OnnxCpuEngine } from '../engine/onnx/cpu-engine.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { exampleConfiguration } from './example-run.testing.ts';
import { compilePrograms, disposePrograms } from './programs.ts';
import { trainStep } from './step.ts';

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
