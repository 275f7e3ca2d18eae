// What moves entries and computes nothing: reshaping, slicing, joining, splitting, gathering, and arrays of one value.
import { tf } from '../tf.ts';
import {
  axesOf,
  type DType,
  type Kernels,
  type Named,
  type NDArray,
  put,
  size,
  strides,
  take,
  zeros,
} from './ndarray.ts';

const list = (inputs: Record<string, NDArray>): NDArray[] => Object.values(inputs);

const reshape = ({ x }: Named<'x'>, { shape }: { shape: number[] }): NDArray => ({
  ...x,
  shape: tf.util.inferFromImplicitShape(shape, size(x.shape)),
});

function expandDims({ input }: Named<'input'>, { dim }: { dim: number }): NDArray {
  const axis = dim < 0 ? input.shape.length + 1 + dim : dim;
  return { ...input, shape: input.shape.toSpliced(axis, 0, 1) };
}

function transpose({ x }: Named<'x'>, { perm }: { perm: number[] }): NDArray {
  const own = strides(x.shape);
  return take(
    x,
    perm.map((axis) => x.shape[axis]!),
    perm.map((axis) => own[axis]!),
  );
}

const offsetOf = (begin: readonly number[], shape: readonly number[]): number =>
  strides(shape).reduce((offset, stride, axis) => offset + begin[axis]! * stride, 0);

function slice({ x }: Named<'x'>, attributes: { begin: number | number[]; size: number | number[] }): NDArray {
  const [begin, lengths] = tf.slice_util.parseSliceParams(
    x as unknown as Parameters<typeof tf.slice_util.parseSliceParams>[0],
    attributes.begin,
    attributes.size,
  ) as [number[], number[]];
  return take(x, lengths, strides(x.shape), offsetOf(begin, x.shape));
}

function pad({ x }: Named<'x'>, attributes: { paddings: [number, number][]; constantValue: number }): NDArray {
  const { paddings, constantValue } = attributes;
  const y = zeros(
    x.shape.map((length, axis) => paddings[axis]![0] + length + paddings[axis]![1]),
    x.dtype,
  );
  y.values.fill(constantValue);
  const begin = paddings.map(([before]) => before);
  put(x, y, strides(y.shape), offsetOf(begin, y.shape));
  return y;
}

/** Tiling is a view with an axis of stride 0 before each axis. */
function tile({ x }: Named<'x'>, { reps }: { reps: number[] }): NDArray {
  const own = strides(x.shape);
  const view = take(
    x,
    x.shape.flatMap((length, axis) => [reps[axis]!, length]),
    own.flatMap((stride) => [0, stride]),
  );
  return { ...view, shape: x.shape.map((length, axis) => length * reps[axis]!) };
}

function concat(inputs: Record<string, NDArray>, attributes: { axis: number }): NDArray {
  const parts = list(inputs);
  const [axis] = axesOf(attributes.axis, parts[0]!.shape) as [number];
  const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const y = zeros(parts[0]!.shape.with(axis, total), parts[0]!.dtype);
  const steps = strides(y.shape);
  let begin = 0;
  for (const part of parts) {
    put(part, y, steps, begin * steps[axis]!);
    begin += part.shape[axis]!;
  }
  return y;
}

function split({ x }: Named<'x'>, attributes: { numOrSizeSplits: number | number[]; axis: number }): NDArray[] {
  const [axis] = axesOf(attributes.axis, x.shape) as [number];
  const steps = strides(x.shape);
  let begin = 0;
  return tf.backend_util
    .prepareSplitSize(
      x as unknown as Parameters<typeof tf.backend_util.prepareSplitSize>[0],
      attributes.numOrSizeSplits,
      axis,
    )
    .map((length) => {
      const part = take(x, x.shape.with(axis, length), steps, begin * steps[axis]!);
      begin += length;
      return part;
    });
}

function pack(inputs: Record<string, NDArray>, { axis }: { axis: number }): NDArray {
  const parts = list(inputs).map((input) => expandDims({ input }, { dim: axis }));
  return concat(Object.fromEntries(parts.entries()), { axis });
}

function unpack({ value }: Named<'value'>, attributes: { axis: number }): NDArray[] {
  const [axis] = axesOf(attributes.axis, value.shape) as [number];
  const parts = split({ x: value }, { numOrSizeSplits: value.shape[axis]!, axis });
  return parts.map((part) => ({ ...part, shape: part.shape.toSpliced(axis, 1) }));
}

/** x[…, indices[…], …] along one axis; no batch axes. */
function gather({ x, indices }: Named<'x' | 'indices'>, attributes: { axis: number }): NDArray {
  const [axis] = axesOf(attributes.axis, x.shape) as [number];
  const [before, length, after] = [x.shape.slice(0, axis), x.shape[axis]!, x.shape.slice(axis + 1)];
  const y = zeros([...before, ...indices.shape, ...after], x.dtype);
  const inner = size(after);
  const count = indices.values.length;
  for (let outer = 0; outer < size(before); outer++) {
    for (let i = 0; i < count; i++) {
      const from = (outer * length + indices.values[i]!) * inner;
      y.values.set(x.values.subarray(from, from + inner), (outer * count + i) * inner);
    }
  }
  return y;
}

/** The transpose of `gather` along axis 0: the rows of x added up by segment. segmentIds int32 [n]. */
function unsortedSegmentSum(
  { x, segmentIds }: Named<'x' | 'segmentIds'>,
  { numSegments }: { numSegments: number },
): NDArray {
  const y = zeros([numSegments, ...x.shape.slice(1)], x.dtype);
  const inner = size(x.shape.slice(1));
  for (let i = 0; i < x.values.length; i++) {
    y.values[segmentIds.values[Math.floor(i / inner)]! * inner + (i % inner)]! += x.values[i]!;
  }
  return y;
}

interface OneHot {
  depth: number;
  onValue: number;
  offValue: number;
  dtype?: DType;
}

/** An index outside of the depth leaves a row of `offValue`. */
function oneHot({ indices }: Named<'indices'>, { depth, onValue, offValue, dtype = 'float32' }: OneHot): NDArray {
  const y = fill({}, { shape: [...indices.shape, depth], value: offValue, dtype });
  for (const [row, index] of indices.values.entries()) {
    if (index >= 0 && index < depth) y.values[row * depth + index] = onValue;
  }
  return y;
}

function fill(
  _: object,
  { shape, value, dtype = 'float32' }: { shape: number[]; value: number; dtype?: DType },
): NDArray {
  const y = zeros(shape, dtype);
  y.values.fill(value);
  return y;
}

export const shapes: Kernels = {
  Identity: ({ x }: Named<'x'>) => x,
  Reshape: reshape,
  ExpandDims: expandDims,
  Transpose: transpose,
  Slice: slice,
  PadV2: pad,
  Tile: tile,
  Concat: concat,
  SplitV: split,
  Pack: pack,
  Unpack: unpack,
  GatherV2: gather,
  UnsortedSegmentSum: unsortedSegmentSum,
  OneHot: oneHot,
  Fill: fill,
  ZerosLike: ({ x }: Named<'x'>) => zeros(x.shape, x.dtype),
  OnesLike: ({ x }: Named<'x'>) => fill({}, { shape: [...x.shape], value: 1, dtype: x.dtype }),
};
