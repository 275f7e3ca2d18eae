// The reference kernels as the TensorFlow.js backend 'reference': plain loops over float64, slow and readable, what the
// tests hold the other engines to. It declines to be fast; no kernel writes to its inputs.
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { attention } from './attention.ts';
import { elementwise } from './elementwise.ts';
import { experts } from './experts.ts';
import { loss } from './loss.ts';
import { matmul } from './matmul.ts';
import { type DType, type Kernels, type NDArray, zeros } from './ndarray.ts';
import { normalisation } from './normalisation.ts';
import { reductions } from './reductions.ts';
import { routing } from './routing.ts';
import { shapes } from './shapes.ts';

export const backendName = 'reference';

/** What TensorFlow.js knows a tensor's data by. */
type Key = object;

type BackendValues = backend_util.BackendValues;

function copyOf(values: BackendValues, shape: number[], dtype: DataType): NDArray['values'] {
  const copy = zeros(shape, dtype as DType).values;
  copy.set(values as Float32Array);
  return copy;
}

interface Stored {
  values: NDArray['values'];
  references: number;
}

class ReferenceBackend extends tf.KernelBackend {
  readonly #data = new tf.DataStorage<Stored>(this, tf.engine());

  /** The entries themselves under a new key. */
  hold(values: NDArray['values']): Key {
    const key = {};
    this.#data.set(key, { values, references: 1 });
    return key;
  }

  /** The same key for one more tensor. */
  share(key: Key): Key {
    this.incRef(key);
    return key;
  }

  entries(key: Key): NDArray['values'] {
    return this.#data.get(key).values;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): Key {
    return this.hold(copyOf(values, shape, dtype));
  }

  override move(key: Key, values: BackendValues, shape: number[], dtype: DataType, references: number): void {
    this.#data.set(key, { values: copyOf(values, shape, dtype), references });
  }

  /** Float64 under the only name that TensorFlow.js has for floats. */
  override readSync(key: Key): BackendValues {
    return this.entries(key) as unknown as BackendValues;
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
    this.#data.delete(key);
    return true;
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override dispose(): void {}
}

const tables: Kernels[] = [elementwise, reductions, shapes, matmul, normalisation, attention, routing, experts, loss];

type AnyKernel = (inputs: Record<string, NDArray>, attributes: unknown) => NDArray | NDArray[];

/** A kernel that returns an input's own entries (a reshape, say) makes one more tensor of the same data. */
function register(kernelName: string, kernel: AnyKernel): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const reference = backend as ReferenceBackend;
      const infos = Object.entries(inputs as Record<string, TensorInfo>);
      const arrays = infos.map(([name, { dataId, shape, dtype }]): [string, NDArray] => [
        name,
        { shape, dtype: dtype as DType, values: reference.entries(dataId) },
      ]);
      const store = ({ shape, dtype, values }: NDArray): TensorInfo => {
        const own = arrays.findIndex(([, input]) => input.values === values);
        const dataId = own < 0 ? reference.hold(values) : reference.share(infos[own]![1].dataId);
        return { dataId, shape: [...shape], dtype };
      };
      const results = kernel(Object.fromEntries(arrays), attrs);
      return Array.isArray(results) ? results.map(store) : store(results);
    },
  });
}

tf.registerBackend(backendName, () => new ReferenceBackend(), 0);
for (const [name, kernel] of tables.flatMap(Object.entries)) register(name, kernel as AnyKernel);

/** The number of arrays that the backend holds now. */
export const heldArrays = (): number => tf.engine().findBackend(backendName)?.numDataIds() ?? 0;

/**
 * Runs `work`, which must not be asynchronous, with this backend active, then makes the one before active again; where
 * there was none, this one stays.
 */
export function onReference<T>(work: () => T): T {
  const previous = tf.getBackend();
  if (previous === backendName) return work();
  // Of a backend that is not made asynchronously the switch is done when the call returns.
  void tf.setBackend(backendName);
  try {
    return work();
  } finally {
    if (previous) void tf.setBackend(previous);
  }
}
