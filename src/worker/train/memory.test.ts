import { expect, test } from 'vitest';
import { memoryEstimate } from '../../shared/config/cost.ts';
import { exampleConfiguration } from './example-run.testing.ts';
import { bytesAvailable, bytesFor, requireMemory } from './memory.ts';

test('a run that needs more than there is is refused in a sentence; one that fits exactly is not', () => {
  const configuration = exampleConfiguration();
  const { total } = memoryEstimate(configuration);
  requireMemory(configuration, 'onnx-cpu', total);
  expect(() => requireMemory(configuration, 'onnx-cpu', total - 1)).toThrow(
    /needs about .* GB of memory, and this machine has/,
  );
  expect(() => requireMemory(configuration, 'reference', total)).toThrow(/needs about/);
  expect(() => requireMemory(configuration, 'tensorflow', 1.6 * total)).toThrow(/needs about/);
  requireMemory(configuration, 'tensorflow', 1.7 * total);
  requireMemory(configuration, 'onnx-webgpu', bytesFor('onnx-webgpu', 1));
});

test('this machine has memory, and not more than a process can address', () => {
  expect(bytesAvailable()).toBeGreaterThan(2 ** 26);
  expect(bytesAvailable()).toBeLessThan(2 ** 53);
  expect(bytesFor('onnx-cpu', 1)).toBe(bytesAvailable());
});
