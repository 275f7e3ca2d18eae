// What the reference kernels compute on: a shape and its entries in row-major order, never written to once a kernel has
// returned it, so that arrays may share their entries. Floats are float64, whatever TensorFlow.js calls them.
import { tf } from '../tf.ts';

export type DType = 'float32' | 'int32' | 'bool';

export interface NDArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: Float64Array | Int32Array | Uint8Array;
}

/** A kernel's inputs by name. */
export type Named<Names extends string> = Record<Names, NDArray>;

/** Kernels by the name that TensorFlow.js or ../kernels.ts runs them under: pure functions of (inputs, attributes). */
export type Kernels = Record<string, (inputs: never, attributes: never) => NDArray | NDArray[]>;

export const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

export const strides = (shape: readonly number[]): number[] => shape.map((_, axis) => size(shape.slice(axis + 1)));

export function zeros(shape: readonly number[], dtype: DType = 'float32'): NDArray {
  const Values = { float32: Float64Array, int32: Int32Array, bool: Uint8Array }[dtype];
  return { shape, dtype, values: new Values(size(shape)) };
}

/** The length of the last axis and how many rows of that length there are. */
export function rows({ shape }: NDArray): { count: number; length: number } {
  return { count: size(shape.slice(0, -1)), length: shape.at(-1)! };
}

/** The axes that an attribute names, without negative numbers; all of them where it names none. */
export const axesOf = (axis: number | readonly number[] | null | undefined, shape: readonly number[]): number[] =>
  tf.util.parseAxisParam((axis ?? null) as number | number[], [...shape]);

/**
 * Where each entry of a strided view lies, in the view's row-major order. Broadcasting, transposing, slicing and tiling
 * are all such views of an array.
 */
export function view(shape: readonly number[], steps: readonly number[], offset = 0): Int32Array {
  let places = Int32Array.of(offset);
  for (const [axis, length] of shape.entries()) {
    const next = new Int32Array(places.length * length);
    for (let i = 0; i < places.length; i++) {
      for (let j = 0; j < length; j++) next[i * length + j] = places[i]! + j * steps[axis]!;
    }
    places = next;
  }
  return places;
}

/** For each entry of `shape`, the place of the entry that is broadcast there from an array of shape `from`. */
export function broadcast(from: readonly number[], shape: readonly number[]): Int32Array {
  const missing = shape.length - from.length;
  const own = strides(from);
  return view(
    shape,
    shape.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : own[axis - missing]!)),
  );
}

/** A copy of a strided view of x. */
export function take(x: NDArray, shape: readonly number[], steps: readonly number[], offset = 0): NDArray {
  return { ...x, shape, values: pick(x, view(shape, steps, offset)) };
}

const pick = ({ values, dtype }: NDArray, places: Int32Array): NDArray['values'] => {
  const picked = zeros([places.length], dtype).values;
  for (let i = 0; i < places.length; i++) picked[i] = values[places[i]!]!;
  return picked;
};

/** Writes x into the strided view of `into`. */
export function put(x: NDArray, into: NDArray, steps: readonly number[], offset = 0): void {
  const places = view(x.shape, steps, offset);
  for (let i = 0; i < places.length; i++) into.values[places[i]!] = x.values[i]!;
}
