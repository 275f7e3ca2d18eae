// The engine on TensorFlow itself: programs run eagerly, on CUDA where an NVIDIA GPU answers, else on the processor. It is the second
// opinion beside the traced engines, and declines to be chosen by itself.
import { cpus } from 'node:os';
import { LabError } from '../../../shared/errors.ts';
import type { EngineDescription } from '../../../shared/worker-messages.ts';
import type { ParameterSpecification } from '../../model/parameters.ts';
import type { Compiled, Engine, HostArray, HostTensor, Program, StateKind, Update } from '../engine.ts';
import { nvidiaModel } from '../onnx/webgpu-device.ts';
import { inputTensors, parameterTensors, scalar } from '../reference/engine.ts';
import { type Tensor, tf } from '../tf.ts';
import { onTensorflow, type TensorflowBackend, tensorflowBackend } from './backend.ts';
import { installation, notSetUp } from './installation.ts';
import { State } from './state.ts';

/** Whether it can be had here, tried by loading it; where not, why not and what to do. */
export function describeTensorflow(threads: number): EngineDescription & { available: boolean; message: string } {
  const nowhere = { kind: 'tensorflow', device: 'none', software: false, threads } as const;
  try {
    if (!installation()) throw notSetUp();
    return { ...describe(tensorflowBackend(threads)), available: true, message: 'Ready.' };
  } catch (thrown) {
    const { message, remedy } = LabError.from(thrown);
    return { ...nowhere, available: false, message: [message, remedy].filter(Boolean).join(' ') };
  }
}

/** Whether it computes on a GPU. @throws LabError 'engine' where it is not to be had */
export const tensorflowOnGpu = (threads: number): boolean =>
  tensorflowBackend(threads).operations.binding.isUsingGpuDevice();

function describe({ operations: { binding }, threads }: TensorflowBackend): EngineDescription {
  const gpu = binding.isUsingGpuDevice();
  const device = gpu ? (nvidiaModel() ?? 'NVIDIA GPU') : (cpus()[0]?.model.trim() ?? 'CPU');
  const place = gpu ? 'CUDA' : 'CPU';
  return {
    kind: 'tensorflow',
    device: `${device} (TensorFlow ${binding.TF_Version}, ${place})`,
    software: false,
    threads,
  };
}

export class TensorflowEngine implements Engine {
  readonly description: EngineDescription;
  readonly parameters: readonly ParameterSpecification[];
  readonly #backend: TensorflowBackend;
  readonly #state: State;

  /** Threads are those of the first engine of a process. @throws LabError 'engine' where TensorFlow is not to be had. */
  constructor(parameters: readonly ParameterSpecification[], threads: number) {
    this.#backend = tensorflowBackend(threads);
    this.description = describe(this.#backend);
    this.parameters = parameters;
    this.#state = new State(this.#backend.operations, parameters);
  }

  /** Nothing is compiled: each run builds the program anew, and its operations run as they are met. */
  async compile(program: Program): Promise<Compiled> {
    return {
      run: async (inputs, { accumulate = false } = {}) => {
        let outputs: Record<string, HostTensor> = {};
        onTensorflow(() =>
          tf.tidy(() => {
            outputs = this.#run(program, inputs, accumulate);
          }),
        );
        return outputs;
      },
      dispose: async () => {},
    };
  }

  async upload(kind: StateKind, name: string, data: Float32Array): Promise<void> {
    this.#state.upload(kind, name, data);
  }

  async download(kind: StateKind, name: string): Promise<Float32Array> {
    return this.#state.download(kind, name);
  }

  async gradientNorm(): Promise<number> {
    return Math.sqrt(this.#state.squaredNorm());
  }

  async update(update: Update): Promise<void> {
    this.#state.update(update);
  }

  async dispose(): Promise<void> {
    this.#state.dispose();
  }

  #run(program: Program, data: Record<string, HostArray>, accumulate: boolean): Record<string, HostTensor> {
    const backend = this.#backend;
    const inputs = inputTensors(program, data);
    const tensors = this.#state.values().map((held) => backend.tensor(held));
    const parameters = parameterTensors(this.parameters, tensors);
    const { differentiate } = program;
    if (differentiate === undefined) return download(program.build(inputs, parameters));
    return backend.operations.keeping(() => {
      let outputs: Record<string, Tensor> = {};
      const loss = () => {
        outputs = program.build(inputs, parameters);
        // The tape disposes of all but the loss.
        for (const output of Object.values(outputs)) tf.keep(output);
        return scalar(outputs, differentiate);
      };
      try {
        const { grads } = tf.engine().gradients(loss, tensors, undefined, true);
        const found = (grads as (Tensor | undefined)[]).map((gradient) => gradient && backend.held(gradient.dataId));
        this.#state.takeGradients(found, accumulate);
        return download(outputs);
      } finally {
        tf.dispose(outputs);
      }
    });
  }
}

const download = (outputs: Record<string, Tensor>): Record<string, HostTensor> =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => {
      const values = tensor.dataSync();
      const data = tensor.dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
      return [name, { shape: [...tensor.shape], data }];
    }),
  );
