// Nested arrays of numbers (counts L×E, similarities L×E×E) as compact blobs, without loss: the narrowest of 32-bit
// unsigned, 32-bit float and 64-bit float that holds every number exactly. Little-endian: type, rank, axes, numbers.
import { valueText } from '../../shared/config/problems.ts';
import { LabError } from '../../shared/errors.ts';

export type Nested = number[] | Nested[];

const formats = [
  { bytes: 4, holds: (x: number) => Object.is(x >>> 0, x), write: 'setUint32', read: 'getUint32' },
  { bytes: 4, holds: (x: number) => Object.is(Math.fround(x), x), write: 'setFloat32', read: 'getFloat32' },
  { bytes: 8, holds: () => true, write: 'setFloat64', read: 'getFloat64' },
] as const;

const headBytes = (rank: number) => 2 + 4 * rank;

/** @throws LabError 'request' when the arrays are not a full box of numbers of this rank. */
export function toBlob(nested: Nested, rank: number, field: string): Uint8Array {
  const axes = axesOf(nested, rank);
  const numbers: number[] = [];
  collect(nested, axes, numbers, field);
  const type = formats.findIndex(({ holds }) => numbers.every(holds));
  const { bytes, write } = formats[type]!;
  const view = new DataView(new ArrayBuffer(headBytes(rank) + bytes * numbers.length));
  view.setUint8(0, type);
  view.setUint8(1, rank);
  for (const [index, axis] of axes.entries()) view.setUint32(headBytes(index), axis, true);
  for (const [index, number] of numbers.entries()) view[write](headBytes(rank) + bytes * index, number, true);
  return new Uint8Array(view.buffer);
}

/** @throws LabError 'store' when the blob is not one of ours. */
export function fromBlob<Type extends Nested>(blob: Uint8Array, rank: number, field: string): Type {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const format = formats[blob[0] ?? formats.length];
  if (!format || blob[1] !== rank || blob.length < headBytes(rank)) damaged(blob, rank, field);
  const axes = Array.from({ length: rank }, (_, index) => view.getUint32(headBytes(index), true));
  const count = axes.reduce((product, axis) => product * axis, 1);
  // An axis of 0 makes the count 0 whatever the others claim: rows must not outnumber what a blob of ours would have.
  const rows = axes.reduce((product, axis) => product * Math.max(axis, 1), 1);
  if (blob.length !== headBytes(rank) + format.bytes * count || rows > Math.max(count, 65_536)) {
    damaged(blob, rank, field);
  }
  let next = 0;
  const build = (depth: number): Nested => {
    if (depth < rank - 1) return Array.from({ length: axes[depth]! }, () => build(depth + 1));
    return Array.from({ length: axes[depth]! }, () => view[format.read](headBytes(rank) + format.bytes * next++, true));
  };
  return build(0) as Type;
}

function axesOf(nested: Nested, rank: number): number[] {
  const [first] = nested;
  const inner = rank > 1 ? axesOf(Array.isArray(first) ? first : [], rank - 1) : [];
  return [nested.length, ...inner];
}

function collect(nested: Nested, axes: number[], numbers: number[], field: string): void {
  const [length, ...inner] = axes;
  if (nested.length !== length) refuse(field, `a row of ${nested.length} where the first has ${length}`);
  for (const item of nested) {
    if (inner.length > 0 && Array.isArray(item)) collect(item, inner, numbers, field);
    else if (inner.length === 0 && typeof item === 'number') numbers.push(item);
    else refuse(field, Array.isArray(item) ? 'an array in the place of a number' : valueText(item));
  }
}

function refuse(field: string, value: string): never {
  throw new LabError('request', `${field} must be a full box of numbers, but holds ${value}.`, { field, value });
}

function damaged(blob: Uint8Array, rank: number, field: string): never {
  const value = `${blob.length} bytes`;
  throw new LabError('store', `The stored ${field} is damaged: ${value} are not numbers on ${rank} axes.`, {
    field,
    value,
    remedy: 'Restore the database from a backup.',
  });
}
