import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSafetensors } from './safetensors-read.ts';
import { type TensorSource, type WritableDtype, writeSafetensors } from './safetensors-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-write-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${files++}.safetensors`);

const source = (name: string, shape: number[], array: Float32Array | Int32Array | Uint8Array): TensorSource => ({
  name,
  shape,
  dtype: ({ Float32Array: 'F32', Int32Array: 'I32', Uint8Array: 'U8' } as Record<string, WritableDtype>)[
    array.constructor.name
  ]!,
  data: async () => array,
});

test('the bytes of a small file, written out by hand', async () => {
  const path = fresh();
  const tensors = [source('b', [1], Uint8Array.of(9)), source('a', [], Float32Array.of(1))];
  await writeSafetensors(path, { tensors, metadata: { z: '1', a: '"' } });
  const header =
    '{"__metadata__":{"a":"\\"","z":"1"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const expected = Buffer.concat([Buffer.of(padded.length, 0, 0, 0, 0, 0, 0, 0), Buffer.from(padded)]);
  expect(readFileSync(path)).toEqual(Buffer.concat([expected, Buffer.of(0, 0, 0x80, 0x3f, 9)]));
});

test('the same content gives the same bytes in any order, and the hash is that of the file', async () => {
  const tensors = [
    source('layers.10.router', [2, 2], Float32Array.of(1, 2, 3, 4)),
    source('layers.2.router', [2, 2], Float32Array.of(5, 6, 7, 8)),
    source('counts', [3], Int32Array.of(1, 2, 3)),
    source('empty', [0, 4], new Float32Array()),
  ];
  const [first, second] = [fresh(), fresh()];
  const written = await writeSafetensors(first, { tensors, metadata: { a: '1', b: '2' } });
  await writeSafetensors(second, { tensors: tensors.toReversed(), metadata: { b: '2', a: '1' } });
  expect(readFileSync(second)).toEqual(readFileSync(first));
  expect(written.sha256).toBe(createHash('sha256').update(readFileSync(first)).digest('hex'));
  expect(written.bytes).toBe(readFileSync(first).length);
});

test('what is read and written again is byte-identical', async () => {
  const [first, second] = [fresh(), fresh()];
  const tensors = [
    source('a', [2, 3], Float32Array.of(1, -0, Number.NaN, Infinity, 1e-45, 3)),
    source('é"\\', [0], new Float32Array()),
  ];
  await writeSafetensors(first, { tensors, metadata: { note: 'ü' } });
  const opened = await openSafetensors(first);
  const again = [...opened.tensors.values()].map(
    ({ name, shape }): TensorSource => ({ name, shape, dtype: 'F32', data: () => opened.readTensor(name) }),
  );
  const written = await writeSafetensors(second, { tensors: again, metadata: Object.fromEntries(opened.metadata) });
  expect(readFileSync(second)).toEqual(readFileSync(first));
  expect(written.sha256).toBe(await opened.hash());
  await opened.close();
});

test('one tensor is asked for at a time, once, in the order of the file', async () => {
  const calls: string[] = [];
  let open = 0;
  const tensors = ['c', 'a', 'b'].map(
    (name): TensorSource => ({
      name,
      shape: [1],
      dtype: 'F32',
      data: async () => {
        calls.push(name);
        expect(++open).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        open--;
        return Float32Array.of(1);
      },
    }),
  );
  await writeSafetensors(fresh(), { tensors });
  expect(calls).toEqual(['a', 'b', 'c']);
});

test('a view into a larger buffer is written as the view', async () => {
  const path = fresh();
  await writeSafetensors(path, { tensors: [source('a', [2], Float32Array.of(1, 2, 3, 4).subarray(1, 3))] });
  const opened = await openSafetensors(path);
  expect([...(await opened.readTensor('a'))]).toEqual([2, 3]);
  await opened.close();
});

test('no tensors', async () => {
  const path = fresh();
  expect(await writeSafetensors(path, { tensors: [] })).toMatchObject({ bytes: 16 });
  const opened = await openSafetensors(path);
  expect(opened.tensors.size).toBe(0);
  await opened.close();
});

test.each<[string, TensorSource[], RegExp]>([
  ['a name twice', [source('a', [0], new Float32Array()), source('a', [0], new Float32Array())], /"a" is there twice/],
  ['the reserved name', [source('__metadata__', [0], new Float32Array())], /__metadata__/],
  ['half a surrogate pair', [source('\ud800', [0], new Float32Array())], /not a name/],
  ['a negative extent', [source('a', [-1], new Float32Array())], /-1/],
  ['too many elements', [source('a', [2], Float32Array.of(1, 2, 3))], /F32 \[2\] but was given a Float32Array of 3/],
  ['another type', [{ ...source('a', [1], Int32Array.of(1)), dtype: 'F32' }], /Int32Array/],
])('%s is refused', async (_, tensors, reason) => {
  await expect(writeSafetensors(fresh(), { tensors })).rejects.toThrow(reason);
});

test('an existing file is never written over', async () => {
  const path = fresh();
  await writeSafetensors(path, { tensors: [] });
  await expect(writeSafetensors(path, { tensors: [] })).rejects.toThrow(/EEXIST/);
});
