// TensorFlow as the TensorFlow.js backend 'tensorflow', run eagerly. The package's own backend and kernels do not load on a current
// Node and read indices back at every gather; only its native binding is used.
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import { type Tensor, tf } from '../tf.ts';
import { attention } from './attention.ts';
import { type Held, loadBinding } from './binding.ts';
import { elementwise } from './elementwise.ts';
import { experts } from './experts.ts';
import { gated } from './gated.ts';
import type { Input, Kernel, Kernels } from './kernel.ts';
import { loss } from './loss.ts';
import { normalisation } from './normalisation.ts';
import { type Key, Operations } from './operations.ts';
import { reductions } from './reductions.ts';
import { routing } from './routing.ts';
import { shapes } from './shapes.ts';

const backendName = 'tensorflow';

type BackendValues = backend_util.BackendValues;

class TensorflowBackend extends tf.KernelBackend {
  readonly operations: Operations;
  /** Threads of TensorFlow's own pool. */
  readonly threads: number;
  readonly #data = new tf.DataStorage<{ held: Held; references: number }>(this, tf.engine());

  constructor(operations: Operations, threads: number) {
    super();
    this.operations = operations;
    this.threads = threads;
  }

  held(key: Key): Held {
    return this.#data.get(key).held;
  }

  /** A new tensor of TensorFlow.js, which owns `held` from here on. */
  info(held: Held): TensorInfo {
    this.operations.release(held);
    const dataId = {};
    this.#data.set(dataId, { held, references: 1 });
    return { dataId, shape: held.shape, dtype: this.operations.typeName(held) };
  }

  /** One more tensor of TensorFlow.js over the same data. */
  share(input: Input): TensorInfo {
    this.incRef(input.key);
    return { dataId: input.key, shape: [...input.shape], dtype: this.operations.typeName(input) };
  }

  tensor(held: Held): Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.info(held));
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): Key {
    const key = {};
    this.move(key, values, shape, dtype, 1);
    return key;
  }

  override move(key: Key, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    const held = this.operations.tensor(typed(values, dtype), shape);
    this.operations.release(held);
    this.#data.set(key, { held, references });
  }

  override readSync(key: Key): BackendValues {
    return this.operations.values(this.held(key));
  }

  override async read(key: Key): Promise<BackendValues> {
    return this.readSync(key);
  }

  override refCount(key: Key): number {
    return this.#data.has(key) ? this.#data.get(key).references : 0;
  }

  override incRef(key: Key): void {
    this.#data.get(key).references += 1;
  }

  override disposeData(key: Key, force = false): boolean {
    if (!this.#data.has(key)) return true;
    const stored = this.#data.get(key);
    stored.references -= 1;
    if (stored.references > 0 && !force) return false;
    this.operations.delete(stored.held);
    this.#data.delete(key);
    return true;
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override dispose(): void {}
}

export type { TensorflowBackend };

function typed(values: BackendValues, dtype: DataType): Float32Array | Int32Array | Uint8Array {
  const numbers = values as Float32Array | Int32Array | Uint8Array;
  if (dtype === 'int32') return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  if (dtype === 'bool') return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}

const tables: Kernels[] = [elementwise, reductions, shapes, normalisation, attention, gated, routing, experts, loss];

let made: TensorflowBackend | undefined;

/** The backend, made at the first call. @throws LabError 'engine' where TensorFlow is not set up or does not load. */
export function tensorflowBackend(wantedThreads: number): TensorflowBackend {
  if (made) return made;
  const { binding, threads } = loadBinding(wantedThreads);
  const backend = new TensorflowBackend(new Operations(binding), threads);
  tf.registerBackend(backendName, () => backend, 0);
  for (const [name, kernel] of tables.flatMap(Object.entries<Kernel>)) register(name, kernel, backend);
  made = backend;
  return backend;
}

function register(kernelName: string, kernel: Kernel, backend: TensorflowBackend): void {
  const { operations } = backend;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const given = Object.fromEntries(
        Object.entries(inputs as Record<string, TensorInfo>).map(([name, { dataId, shape }]): [string, Input] => {
          const { id, dtype } = backend.held(dataId);
          return [name, { id, dtype, shape, key: dataId }];
        }),
      );
      const store = (held: Held): TensorInfo => {
        const own = Object.values(given).find(({ id }) => id === held.id);
        return own ? backend.share(own) : backend.info(held);
      };
      const results = operations.scope(() => kernel(operations, given, attrs));
      return Array.isArray(results) ? results.map(store) : store(results);
    },
  });
}

/** Runs `work`, which must not be asynchronous, with this backend active, then makes the one before active again. */
export function onTensorflow<T>(work: () => T): T {
  const previous = tf.getBackend();
  // Of a backend that is not made asynchronously the switch is done when the call returns.
  void tf.setBackend(backendName);
  try {
    return work();
  } finally {
    if (previous) void tf.setBackend(previous);
  }
}
