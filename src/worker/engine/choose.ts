// Which engine runs the programs: the user's word, else a real GPU through WebGPU, else the processor. A GPU that a
// processor plays is taken only where it is asked for, and so is TensorFlow.
import { availableParallelism } from 'node:os';
import type { EngineKind } from '../../shared/config/schema.ts';
import type { EngineDescription } from '../../shared/worker-messages.ts';
import type { ParameterSpecification } from '../model/parameters.ts';
import type { Engine } from './engine.ts';
import { OnnxCpuEngine } from './onnx/cpu-engine.ts';
import { createWebGpuEngine, describeWebGpu, graphicsDevice } from './onnx/webgpu-device.ts';
import { createReferenceEngine } from './reference/engine.ts';
import { TensorflowEngine, tensorflowOnGpu } from './tensorflow/engine.ts';

export type ResolvedKind = Exclude<EngineKind, 'auto'> & EngineDescription['kind'];

/** Whether a GPU is to be had that is one. */
async function hasRealGpu(): Promise<boolean> {
  return !graphicsDevice().software && (await describeWebGpu()).available;
}

/** The kind that this machine runs for what the configuration says. */
export async function resolveEngineKind(kind: EngineKind, hasGpu = hasRealGpu): Promise<ResolvedKind> {
  if (kind !== 'auto') return kind;
  return (await hasGpu()) ? 'onnx-webgpu' : 'onnx-cpu';
}

const cores = availableParallelism();

/** As many threads as are asked for, at most two a core; 0 asks for all cores that this process may use. */
export const resolveThreads = (threads: number): number => Math.min(threads || cores, 2 * cores);

/** Whether programs compute in a GPU's memory. @throws LabError 'engine' where TensorFlow is asked for and not to be had */
export const computesOnGpu = (kind: ResolvedKind, threads: number): boolean =>
  kind === 'onnx-webgpu' || (kind === 'tensorflow' && tensorflowOnGpu(threads));

/** An engine with its state at zero. @throws LabError 'engine' where this machine cannot run it. */
export async function createEngine(
  kind: ResolvedKind,
  parameters: readonly ParameterSpecification[],
  threads: number,
): Promise<Engine> {
  switch (kind) {
    case 'onnx-cpu':
      return new OnnxCpuEngine(parameters, threads);
    case 'onnx-webgpu':
      return createWebGpuEngine(parameters, { threads });
    case 'tensorflow':
      return new TensorflowEngine(parameters, threads);
    case 'reference':
      return createReferenceEngine(parameters);
  }
}
