import { expect, test } from 'vitest';
import { OnnxCpuEngine } from '../engine/onnx/cpu-engine.ts';
import { createReferenceEngine } from '../engine/reference/engine.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { probeEngines } from './probe-engines.ts';
import { selfTestConfiguration, selfTestError, tolerance } from './self-test.ts';
import { speedConfiguration, tokensPerSecond } from './speed.ts';

const parameters = parameterSpecifications(selfTestConfiguration.model);

test('the engine on the processor passes the self-test, and the reference agrees with itself', async () => {
  const engine = new OnnxCpuEngine(parameters, 2);
  const error = await selfTestError(engine);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(tolerance);
  await engine.dispose();
  expect(await selfTestError(await createReferenceEngine(parameters))).toBe(0);
});

test.each([
  ['is off by a thousandth', (x: number) => x * 1.001, 1e-3],
  ['is no number', () => Number.NaN, Number.NaN],
])('an engine one of whose gradients %s fails it', async (_, wrong, expected) => {
  const engine = await createReferenceEngine(parameters);
  const { download } = engine;
  engine.download = async (kind, name) => {
    const data = await download(kind, name);
    return kind === 'gradient' && name === 'layers.1.router' ? data.map(wrong) : data;
  };
  const error = await selfTestError(engine);
  expect(error <= tolerance).toBe(false);
  if (Number.isNaN(expected)) expect(error).toBeNaN();
  else expect(error).toBeCloseTo(expected, 5);
});

test('a report names every engine, and one of them is the default', async () => {
  const reports = await probeEngines({ measure: false, threads: 1 });
  expect(reports.map(({ kind }) => kind)).toEqual(['onnx-cpu', 'onnx-webgpu', 'tensorflow', 'reference']);
  expect(reports.filter(({ chosenByDefault }) => chosenByDefault)).toHaveLength(1);
  expect(reports[0]).toMatchObject({ available: true, selfTest: 'passed', tokensPerSecond: null, threads: 1 });
  for (const { message, available, selfTest } of reports) {
    expect(message).not.toBe('');
    expect(selfTest === 'not run').toBe(!available);
  }
});

test('a speed is measured on whole steps', async () => {
  const engine = new OnnxCpuEngine(parameterSpecifications(speedConfiguration.model), 2);
  const before = await engine.download('parameter', 'norm');
  expect(await tokensPerSecond(engine)).toBeGreaterThan(0);
  expect(await engine.download('parameter', 'norm')).not.toEqual(before);
  await engine.dispose();
});
