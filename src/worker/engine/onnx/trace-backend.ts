// A tfjs backend that computes nothing: running a program over it writes the program down as an ONNX graph.
//
// Trap: a kernel must return a fresh dataId. One that returns its input's makes tfjs' tape add a gradient to itself.
import type { backend_util, DataType, KernelBackend } from '@tensorflow/tfjs';
import { type Tensor, tf } from '../tf.ts';
import { Graph } from './graph.ts';
import type { ElementType } from './proto.ts';

/** What a traced tensor is: a value of the graph by name, host values not yet in the graph, or grouped rows. */
export interface Traced {
  shape: readonly number[];
  dtype: DataType;
  name?: string;
  values?: ArrayLike<number>;
  /** Grouped [S, a] as the lowering keeps it: E pieces [count, a] (ragged) or one tensor [E, C, a] (padded). */
  pieces?: readonly string[];
}

export interface TraceInfo {
  dataId: object;
  shape: number[];
  dtype: DataType;
}

export const elementType = (dtype: DataType): ElementType => {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`The traced graph has no ${dtype} tensors.`);
};

const base = tf.KernelBackend as unknown as new () => KernelBackend;

export class TraceBackend extends base {
  graph = new Graph();
  /** Rows that a padded lowering gives each expert; unused by the ragged one. */
  capacity = 0;
  /** In a padded lowering, each layer's slots by expert as float32 [E]. */
  loads: string[] = [];
  #traced = new WeakMap<object, Traced>();
  #references = new WeakMap<object, number>();

  /** Forgets the last program. */
  begin(capacity: number): void {
    this.graph = new Graph();
    this.capacity = capacity;
    this.loads = [];
  }

  traced({ dataId }: { dataId: object }): Traced {
    const found = this.#traced.get(dataId);
    if (!found) throw new Error('A tensor of another backend reached the traced program.');
    return found;
  }

  /** The graph's name for a tensor; host values become constants on first use. */
  nameOf(tensor: { dataId: object }): string {
    const traced = this.traced(tensor);
    if (traced.name === undefined) {
      if (!traced.values) throw new Error('A grouped tensor reached a kernel that takes plain ones.');
      traced.name = this.graph.constant(elementType(traced.dtype), traced.shape, traced.values);
    }
    return traced.name;
  }

  piecesOf(tensor: { dataId: object }): readonly string[] {
    const { pieces } = this.traced(tensor);
    if (!pieces) throw new Error('A plain tensor reached a kernel that takes grouped ones.');
    return pieces;
  }

  isGrouped(tensor: { dataId: object }): boolean {
    return this.traced(tensor).pieces !== undefined;
  }

  /** A kernel's result by its name in the graph. */
  result(name: string, shape: readonly number[], dtype: DataType = 'float32'): TraceInfo {
    return this.#info({ name, shape, dtype });
  }

  grouped(pieces: readonly string[], shape: readonly number[]): TraceInfo {
    return this.#info({ pieces, shape, dtype: 'float32' });
  }

  /** A kernel's result that is known now. */
  known(values: ArrayLike<number>, shape: readonly number[], dtype: DataType): TraceInfo {
    return this.#info({ values, shape, dtype });
  }

  /** A tensor that stands for an input of the graph. */
  placeholder(name: string, shape: readonly number[], dtype: 'float32' | 'int32'): Tensor {
    this.graph.input(name, dtype, shape);
    return tf.engine().makeTensorFromTensorInfo(this.result(name, shape, dtype));
  }

  #info(traced: Traced): TraceInfo {
    const dataId = {};
    this.#traced.set(dataId, traced);
    this.#references.set(dataId, 1);
    return { dataId, shape: [...traced.shape], dtype: traced.dtype };
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    return this.#info({ values: values as ArrayLike<number>, shape, dtype }).dataId;
  }

  override move(dataId: object, values: backend_util.BackendValues, shape: number[], dtype: DataType): void {
    this.#traced.set(dataId, { values: values as ArrayLike<number>, shape, dtype });
  }

  override readSync(dataId: object): never {
    const { shape } = this.traced({ dataId });
    throw new Error(`A traced program may not read a value (a tensor [${shape}]): it has none yet.`);
  }

  // Counted so that tfjs' own books balance; the garbage collector frees what the weak maps hold.
  override disposeData(dataId: object): boolean {
    this.decRef(dataId);
    return this.refCount(dataId) <= 0;
  }

  override incRef(dataId: object): void {
    this.#references.set(dataId, this.refCount(dataId) + 1);
  }

  decRef(dataId: object): void {
    this.#references.set(dataId, this.refCount(dataId) - 1);
  }

  override refCount(dataId: object): number {
    return this.#references.get(dataId) ?? 0;
  }

  override numDataIds = (): number => 0;
  override floatPrecision = (): 32 => 32;
  override epsilon = (): number => 1e-7;
  override timerAvailable = (): boolean => false;
  override memory = () => ({ unreliable: true });
  override dispose(): void {}
}
