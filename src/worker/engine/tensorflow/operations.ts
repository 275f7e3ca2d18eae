// TensorFlow operations by name, run at once, on tensors that TensorFlow holds. Nothing here is collected: what a scope makes and does
// not return is deleted where the scope ends, and what a forward kernel keeps for its gradient at the latest where the run ends.
import type { DataType } from '@tensorflow/tfjs';
import { LabError } from '../../../shared/errors.ts';
import type { Attribute, Binding, Held, Values } from './binding.ts';

/** Booleans, whole numbers and text as they are; a list of numbers is a shape; a type as { type }. */
type Attributes = Record<string, boolean | number | string | number[] | { type: number }>;

/** What a tensor of TensorFlow.js is known by while it lives. */
export type Key = object;

export class Operations {
  readonly binding: Binding;
  #made: number[] = [];
  readonly #constants = new Map<string, Held>();
  readonly #kept = new Map<Key, Map<string, Held[]>>();
  #keeping = false;

  constructor(binding: Binding) {
    this.binding = binding;
  }

  /** Runs an operation of one output. */
  run(name: string, inputs: readonly Held[], attributes: Attributes = {}): Held {
    return this.runMany(name, inputs, 1, attributes)[0]!;
  }

  runMany(name: string, inputs: readonly Held[], outputs: number, attributes: Attributes = {}): Held[] {
    const given = Object.entries(attributes).map(([attribute, value]) => this.#attribute(attribute, value));
    const ids = inputs.map(({ id }) => id);
    const results = this.#execute(name, given, ids, outputs);
    for (const { id } of results) this.#made.push(id);
    return results;
  }

  /** A tensor of these values, which TensorFlow may go on reading: they must not change. */
  tensor(values: Values, shape: readonly number[]): Held {
    const { TF_BOOL, TF_FLOAT, TF_INT32 } = this.binding;
    const dtype = values instanceof Int32Array ? TF_INT32 : values instanceof Uint8Array ? TF_BOOL : TF_FLOAT;
    const id = this.binding.createTensor(shape, dtype, values);
    this.#made.push(id);
    return { id, shape: [...shape], dtype };
  }

  /** A number that changes from one call to the next; one that does not is a `float`. */
  scalar(value: number): Held {
    return this.tensor(Float32Array.of(value), []);
  }

  values(tensor: Held): Values {
    return this.binding.tensorDataSync(tensor.id);
  }

  /** Made once and held for good, so only for what is the same in every step. */
  constant(key: string, make: () => { values: Values; shape: readonly number[] }): Held {
    const known = this.#constants.get(key);
    if (known) return known;
    const { values, shape } = make();
    const made = this.tensor(values, shape);
    this.#made.pop();
    this.#constants.set(key, made);
    return made;
  }

  float = (value: number): Held =>
    this.constant(`float ${value}`, () => ({ values: Float32Array.of(value), shape: [] }));

  int = (value: number): Held => this.constant(`int ${value}`, () => ({ values: Int32Array.of(value), shape: [] }));

  ints = (values: readonly number[]): Held =>
    this.constant(`ints ${values}`, () => ({ values: Int32Array.from(values), shape: [values.length] }));

  add = (a: Held, b: Held): Held => this.run('AddV2', [a, b]);
  subtract = (a: Held, b: Held): Held => this.run('Sub', [a, b]);
  multiply = (a: Held, b: Held): Held => this.run('Mul', [a, b]);

  /** a·b of two matrices, either transposed. */
  matMul = (a: Held, b: Held, transposeA = false, transposeB = false): Held =>
    this.run('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB });

  /** a·b over the last two axes of batches of matrices, either transposed. */
  batchMatMul = (a: Held, b: Held, transposeA = false, transposeB = false): Held =>
    this.run('BatchMatMulV2', [a, b], { adj_x: transposeA, adj_y: transposeB });

  /** By what name TensorFlow.js knows its type. */
  typeName({ dtype }: Held): 'float32' | 'int32' | 'bool' {
    const { TF_BOOL, TF_INT32 } = this.binding;
    return dtype === TF_INT32 ? 'int32' : dtype === TF_BOOL ? 'bool' : 'float32';
  }

  cast(x: Held, dtype: DataType): Held {
    const { TF_BOOL, TF_FLOAT, TF_INT32 } = this.binding;
    const type = dtype === 'int32' ? TF_INT32 : dtype === 'bool' ? TF_BOOL : TF_FLOAT;
    return this.run('Cast', [x], { DstT: { type } });
  }

  concat = (parts: readonly Held[], axis: number): Held =>
    parts.length === 1
      ? this.run('Identity', parts)
      : this.run('ConcatV2', [...parts, this.int(axis)], { N: parts.length, T: { type: parts[0]!.dtype } });

  /** Pieces of the lengths in `sizes`; along axis 0 TensorFlow copies nothing. */
  split = (x: Held, sizes: Held, axis: number): Held[] =>
    this.runMany('SplitV', [x, sizes, this.int(axis)], sizes.shape[0]!, { num_split: sizes.shape[0]! });

  sum = (x: Held, axis: number, keep = false): Held => this.run('Sum', [x, this.ints([axis])], { keep_dims: keep });

  /** Rows of x by int32 indices. */
  gather = (x: Held, indices: Held): Held => this.run('GatherV2', [x, indices, this.int(0)]);

  reshape = (x: Held, shape: readonly number[]): Held => this.run('Reshape', [x, this.ints(shape)]);

  /** Deletes what `work` made, but for what it returns, which is then the outer scope's. */
  scope<T extends Held | Held[] | undefined>(work: () => T): T {
    const outer = this.#made;
    this.#made = [];
    let returned: T | undefined;
    try {
      returned = work();
      return returned;
    } finally {
      const survivors = new Set((returned === undefined ? [] : [returned].flat()).map((held) => (held as Held).id));
      for (const id of this.#made) {
        if (survivors.has(id)) outer.push(id);
        else this.binding.deleteTensor(id);
      }
      this.#made = outer;
    }
  }

  /** Takes tensors out of their scope: the caller deletes them. */
  release(...tensors: readonly Held[]): void {
    const ids = new Set(tensors.map(({ id }) => id));
    this.#made = this.#made.filter((id) => !ids.has(id));
  }

  delete(...tensors: readonly Held[]): void {
    for (const { id } of tensors) this.binding.deleteTensor(id);
  }

  /** What a forward kernel computed and its gradient wants again; computed anew where nothing was kept. `key`: an input of both. */
  once(key: Key, name: string, compute: () => Held[]): Held[] {
    const known = this.#kept.get(key)?.get(name);
    if (known) {
      this.#kept.get(key)!.delete(name);
      this.#made.push(...known.map(({ id }) => id));
      return known;
    }
    const made = compute();
    if (this.#keeping) {
      this.release(...made);
      const all = this.#kept.get(key) ?? new Map<string, Held[]>();
      this.#kept.set(key, all.set(name, made));
    }
    return made;
  }

  /** Runs `work` with what forward kernels compute kept for their gradients. */
  keeping<T>(work: () => T): T {
    this.#keeping = true;
    try {
      return work();
    } finally {
      this.#keeping = false;
      for (const all of this.#kept.values()) for (const held of all.values()) this.delete(...held);
      this.#kept.clear();
    }
  }

  #execute(name: string, attributes: Attribute[], inputs: number[], outputs: number): Held[] {
    try {
      return this.binding.executeOp(name, attributes, inputs, outputs);
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      const [reason] = text.replace(/^[\s\S]*?Message: /, '').split('\n');
      const outOfMemory = /TF_Status: 8\b/.test(text);
      throw new LabError('engine', `TensorFlow could not run ${name}: ${reason}`, {
        field: 'engine.kind',
        value: 'tensorflow',
        ...(outOfMemory && {
          remedy: 'Lower training.batch and raise training.accumulate, or make the model smaller.',
        }),
      });
    }
  }

  #attribute(name: string, value: Attributes[string]): Attribute {
    const { TF_ATTR_BOOL, TF_ATTR_INT, TF_ATTR_SHAPE, TF_ATTR_STRING, TF_ATTR_TYPE } = this.binding;
    if (typeof value === 'boolean') return { name, type: TF_ATTR_BOOL, value };
    if (typeof value === 'number') return { name, type: TF_ATTR_INT, value };
    if (typeof value === 'string') return { name, type: TF_ATTR_STRING, value };
    if (Array.isArray(value)) return { name, type: TF_ATTR_SHAPE, value };
    return { name, type: TF_ATTR_TYPE, value: value.type };
  }
}
