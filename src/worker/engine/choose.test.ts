import { expect, test, vi } from 'vitest';
import { createEngine, resolveEngineKind, resolveThreads } from './choose.ts';

test.each([
  [true, 'onnx-webgpu'],
  [false, 'onnx-cpu'],
])('by itself, a real GPU: %s', async (real, expected) => {
  expect(await resolveEngineKind('auto', async () => real)).toBe(expected);
});

const kinds = ['onnx-cpu', 'onnx-webgpu', 'tensorflow', 'reference'] as const;
test.each(kinds)('%s where it is asked for, without a look at the GPU', async (kind) => {
  expect(await resolveEngineKind(kind, () => Promise.reject(new Error('looked')))).toBe(kind);
});

test('where a processor is all that plays a GPU, it is not chosen', async () => {
  vi.stubEnv('VK_DRIVER_FILES', '');
  vi.stubEnv('VK_ICD_FILENAMES', '');
  if (process.platform === 'linux') expect(await resolveEngineKind('auto')).toBe('onnx-cpu');
  vi.unstubAllEnvs();
});

test('threads: as many as asked for, or as there are', () => {
  expect(resolveThreads(3)).toBe(3);
  expect(resolveThreads(0)).toBeGreaterThanOrEqual(1);
});

test.each(['onnx-cpu', 'reference'] as const)('the engine %s is what it says', async (kind) => {
  const engine = await createEngine(kind, [{ name: 'a', shape: [2], init: 'ones' }], 1);
  expect(engine.description).toMatchObject({ kind, software: false });
  await engine.dispose();
});
