// TensorFlow's C library behind the Node-API binding of @tensorflow/tfjs-node-gpu: found where the set-up put it, loaded once a
// process. TensorFlow reads its settings from the environment while it loads, so what is set later has no effect.
import { createRequire } from 'node:module';
import { LabError } from '../../../shared/errors.ts';
import { bindingPath, installation, notSetUp } from './installation.ts';

/** A tensor that TensorFlow holds: its number in the binding, its shape, its type as TensorFlow counts them. */
export interface Held {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type Values = Float32Array | Int32Array | Uint8Array;

export interface Attribute {
  name: string;
  type: number;
  value: boolean | number | string | number[];
}

/** What the binding exports, as far as it is used here. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: Values): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Values;
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Held[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_Version: string;
}

// Named otherwise than `require`, which the bundler declares itself.
const loadAddon = createRequire(import.meta.url);

let loaded: { binding: Binding; threads: number } | undefined;

/**
 * The binding, and the threads of TensorFlow's own pool: those of the first call in this process. What the user has set in the
 * environment stays as it is.
 * @throws LabError 'engine' where it is not set up or does not load.
 */
export function loadBinding(threads: number): { binding: Binding; threads: number } {
  if (loaded) return loaded;
  const found = installation();
  if (!found) throw notSetUp();
  for (const [name, value] of Object.entries(settings(threads))) process.env[name] ??= value;
  try {
    loaded = { binding: loadAddon(bindingPath(found.folder)) as Binding, threads };
    return loaded;
  } catch (thrown) {
    const [reason] = String(thrown instanceof Error ? thrown.message : thrown).split('\n');
    throw new LabError('engine', `TensorFlow is set up in ${found.folder}, but did not load: ${reason}`, {
      field: 'engine.kind',
      value: 'tensorflow',
      remedy: 'Set it up anew with "npm run setup:tensorflow -- --again", or use the engine onnx-cpu.',
    });
  }
}

const settings = (threads: number): Record<string, string> => ({
  // Its notes on the processor's instructions are of no use to the reader of a run's log; warnings are.
  TF_CPP_MIN_LOG_LEVEL: '1',
  TF_NUM_INTRAOP_THREADS: String(threads),
  TF_NUM_INTEROP_THREADS: '1',
  // All of a GPU's memory at once would leave nothing to a second run, nor to the screen.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // Products in full float32, which is what the other engines compute.
  NVIDIA_TF32_OVERRIDE: '0',
});
