// The engines that agreement tests run on; TensorFlow where it is set up. WebGPU runs on a real GPU where one answers, else on the software Vulkan that Debian's Chromium
// brings, else not at all, and the tests say so.
import { existsSync } from 'node:fs';
import type { EngineFactory } from '../src/worker/engine/engine.ts';
import { OnnxCpuEngine } from '../src/worker/engine/onnx/cpu-engine.ts';
import { createWebGpuEngine, describeWebGpu, graphicsDevice } from '../src/worker/engine/onnx/webgpu-device.ts';
import { createReferenceEngine } from '../src/worker/engine/reference/engine.ts';
import { describeTensorflow, TensorflowEngine } from '../src/worker/engine/tensorflow/engine.ts';

const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json';

async function webGpuAnswers(): Promise<boolean> {
  // The driver is loaded once a process, so it has to be named before the first attempt.
  if (graphicsDevice().software && existsSync(softwareVulkan)) process.env.VK_ICD_FILENAMES = softwareVulkan;
  return (await describeWebGpu()).available;
}

export const engines: { name: string; create: EngineFactory; available: boolean }[] = [
  { name: 'reference', create: createReferenceEngine, available: true },
  {
    name: 'onnx-cpu',
    create: async (parameters, { threads }) => new OnnxCpuEngine(parameters, threads),
    available: true,
  },
  { name: 'onnx-webgpu', create: createWebGpuEngine, available: await webGpuAnswers() },
  {
    name: 'tensorflow',
    create: async (parameters, { threads }) => new TensorflowEngine(parameters, threads),
    available: describeTensorflow(1).available,
  },
];
