// What moves entries and computes nothing: reshaping, slicing, joining, splitting, gathering, and tensors of one value.
import type { DataType } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import type { Held } from './binding.ts';
import type { Input, Inputs, Kernels } from './kernel.ts';
import type { Operations } from './operations.ts';

const reshape = (operations: Operations, { x }: Inputs<'x'>, { shape }: { shape: number[] }): Held =>
  operations.reshape(x, shape);

const expandDims = (operations: Operations, { input }: Inputs<'input'>, { dim }: { dim: number }): Held =>
  operations.run('ExpandDims', [input, operations.int(dim)]);

const transpose = (operations: Operations, { x }: Inputs<'x'>, { perm }: { perm: number[] }): Held =>
  operations.run('Transpose', [x, operations.ints(perm)]);

/** What tfjs' shape functions read of a tensor is its shape. */
const shaped = (x: Input) => x as unknown as Parameters<typeof tf.slice_util.parseSliceParams>[0];

interface SliceAttributes {
  begin: number | number[];
  size: number | number[];
}

function slice(operations: Operations, { x }: Inputs<'x'>, attributes: SliceAttributes): Held {
  const [begin, size] = tf.slice_util.parseSliceParams(shaped(x), attributes.begin, attributes.size);
  return operations.run('Slice', [x, operations.ints(begin as number[]), operations.ints(size as number[])]);
}

interface PadAttributes {
  paddings: [number, number][];
  constantValue: number;
}

function pad(operations: Operations, { x }: Inputs<'x'>, { paddings, constantValue }: PadAttributes): Held {
  const sides = operations.reshape(operations.ints(paddings.flat()), [paddings.length, 2]);
  return operations.run('PadV2', [x, sides, operations.cast(operations.float(constantValue), operations.typeName(x))]);
}

const tile = (operations: Operations, { x }: Inputs<'x'>, { reps }: { reps: number[] }): Held =>
  operations.run('Tile', [x, operations.ints(reps)]);

const concat = (operations: Operations, inputs: Inputs, { axis }: { axis: number }): Held =>
  operations.concat(Object.values(inputs), axis);

interface SplitAttributes {
  numOrSizeSplits: number | number[];
  axis: number;
}

function split(operations: Operations, { x }: Inputs<'x'>, { numOrSizeSplits, axis }: SplitAttributes): Held[] {
  const [along] = tf.util.parseAxisParam(axis, x.shape) as [number];
  const sizes = tf.backend_util.prepareSplitSize(shaped(x), numOrSizeSplits, along);
  return operations.split(x, operations.ints(sizes), along);
}

function pack(operations: Operations, inputs: Inputs, { axis }: { axis: number }): Held {
  const parts = Object.values(inputs);
  return operations.run('Pack', parts, { N: parts.length, T: { type: parts[0]!.dtype }, axis });
}

const unpack = (operations: Operations, { value }: Inputs<'value'>, { axis }: { axis: number }): Held[] =>
  operations.runMany('Unpack', [value], value.shape.at(axis)!, { num: value.shape.at(axis)!, axis });

/** x[…, indices[…], …] along one axis. */
const gather = (operations: Operations, { x, indices }: Inputs<'x' | 'indices'>, { axis }: { axis: number }): Held =>
  operations.run('GatherV2', [x, indices, operations.int(axis)]);

const unsortedSegmentSum = (
  operations: Operations,
  { x, segmentIds }: Inputs<'x' | 'segmentIds'>,
  { numSegments }: { numSegments: number },
): Held => operations.run('UnsortedSegmentSum', [x, segmentIds, operations.int(numSegments)]);

interface OneHotAttributes {
  depth: number;
  onValue: number;
  offValue: number;
  dtype?: DataType;
}

function oneHot(operations: Operations, { indices }: Inputs<'indices'>, attributes: OneHotAttributes): Held {
  const { depth, onValue, offValue, dtype = 'float32' } = attributes;
  const value = (number: number) => operations.cast(operations.float(number), dtype);
  return operations.run('OneHot', [indices, operations.int(depth), value(onValue), value(offValue)]);
}

interface FillAttributes {
  shape: number[];
  value: number;
  dtype?: DataType;
}

const fill = (operations: Operations, _: object, { shape, value, dtype = 'float32' }: FillAttributes): Held =>
  operations.run('Fill', [operations.ints(shape), operations.cast(operations.float(value), dtype)]);

export const shapes: Kernels = {
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
};
