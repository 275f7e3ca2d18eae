import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { notFinite } from './not-finite.ts';
import { openSafetensors } from './safetensors-read.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(...parts: (Uint8Array | string)[]): string {
  const path = join(folder, `${files++}.safetensors`);
  writeFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  return path;
}

function length(bytes: bigint | number): Uint8Array {
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(bytes), true);
  return prefix;
}

const withHeader = (json: string, data: Uint8Array = new Uint8Array()) => file(length(json.length), json, data);

async function refused(path: string): Promise<LabError> {
  const opened = await openSafetensors(path).then(
    () => null,
    (error: unknown) => error,
  );
  expect(opened).toBeInstanceOf(LabError);
  const error = opened as LabError;
  expect(error.code).toBe('checkpoint');
  expect(error.message).toContain(path);
  return error;
}

function tensor(dtype: string, data: Uint8Array, elements: number): Promise<Float32Array> {
  const json = `{"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"${dtype}","shape":[${elements}],"data_offsets":[1,${1 + data.length}]}}`;
  return read(withHeader(json, Buffer.concat([Buffer.of(0), data])), 'a');
}

async function read(path: string, name: string): Promise<Float32Array> {
  const opened = await openSafetensors(path);
  try {
    return await opened.readTensor(name);
  } finally {
    await opened.close();
  }
}

const bytesOf = (array: Float32Array | Float64Array | Uint16Array) => new Uint8Array(array.buffer);

describe('tensors', () => {
  test('F32, bit for bit, NaN payloads included', async () => {
    const bits = Uint32Array.of(0x7fc01234, 0xff800000, 0x80000000, 0x3f800000);
    const values = new Float32Array(bits.buffer);
    const data = await tensor('F32', bytesOf(values), 4);
    expect([...new Uint32Array(data.buffer)]).toEqual([...bits]);
    expect(notFinite(data)).toEqual({ count: 2, first: 0 });
    expect(notFinite(data.subarray(2))).toEqual({ count: 0, first: null });
  });

  test('F64 is rounded', async () => {
    const values = Float64Array.of(0.1, -1e300, 1e-320, Number.NaN);
    const expected = [Math.fround(0.1), Number.NEGATIVE_INFINITY, 0, Number.NaN];
    expect([...(await tensor('F64', bytesOf(values), 4))]).toEqual(expected);
  });

  test('F16: one, smallest, largest, infinities, NaN, a negative zero', async () => {
    const halves = Uint16Array.of(0x3c00, 0x0001, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x8000, 0xc100, 0x03ff, 0x0400);
    const expected = [1, 2 ** -24, 65504, Infinity, -Infinity, Number.NaN, -0, -2.5, 1023 * 2 ** -24, 2 ** -14];
    expect([...(await tensor('F16', bytesOf(halves), 10))]).toEqual(expected);
  });

  test('BF16 is the upper half of a float32', async () => {
    const halves = Uint16Array.of(0x3f80, 0xc020, 0x7f80, 0x0001);
    expect([...(await tensor('BF16', bytesOf(halves), 4))]).toEqual([1, -2.5, Infinity, 2 ** -133]);
  });

  test('a tensor longer than one chunk', async () => {
    const halves = Uint16Array.from({ length: 3_000_000 }, (_, index) => (index % 251) << 7);
    const data = await tensor('BF16', bytesOf(halves), halves.length);
    const bits = new Uint32Array(data.buffer);
    expect(bits.every((value, index) => value >>> 16 === halves[index])).toBe(true);
  });

  test('rank 0 and no elements', async () => {
    const json =
      '{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"z":{"dtype":"BF16","shape":[0,3],"data_offsets":[4,4]}}';
    const path = withHeader(json, bytesOf(Float32Array.of(7)));
    expect([...(await read(path, 's'))]).toEqual([7]);
    expect((await read(path, 'z')).length).toBe(0);
  });

  test('other types and unknown names are refused by name', async () => {
    await expect(tensor('I64', new Uint8Array(8), 1)).rejects.toThrow(/"a" is I64/);
    await expect(read(withHeader('{}'), '__proto__')).rejects.toThrow(/no tensor "__proto__"/);
  });

  test('a file cut off after it was opened', async () => {
    const path = withHeader('{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', new Uint8Array(16));
    const opened = await openSafetensors(path);
    truncateSync(path, readFileSync(path).length - 1);
    await expect(opened.readTensor('a')).rejects.toThrow(/cut off/);
    await expect(opened.hash()).rejects.toThrow(/cut off/);
    await opened.close();
  });
});

test('a file that grew, or was exchanged, after it was opened is read as it was opened', async () => {
  const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const path = withHeader(header, bytesOf(Float32Array.of(7)));
  const opened = await openSafetensors(path);
  const hash = await opened.hash();
  appendFileSync(path, 'more');
  expect((await refused(path)).message).toContain('4 trailing bytes');
  renameSync(withHeader(header, bytesOf(Float32Array.of(8))), path);
  expect([...(await opened.readTensor('a'))]).toEqual([7]);
  expect(await opened.hash()).toBe(hash);
  await opened.close();
});

describe('what is not a safetensors file', () => {
  test('lengths 0, 7 and 8, and lengths that lie', async () => {
    expect((await refused(file(''))).message).toContain('0 bytes');
    expect((await refused(file('1234567'))).message).toContain('7 bytes');
    await refused(file(length(0)));
    await refused(file(length(0), '{}'));
    expect((await refused(file(length(3), '{}'))).value).toBe('3');
    expect((await refused(file(length(100_000_001), '{}'))).value).toBe('100000001');
    expect((await refused(file(length(2n ** 53n + 1n), '{}'))).value).toBe('9007199254740993');
    expect((await refused(file(length(2n ** 64n - 1n), '{}'))).value).toBe('18446744073709551615');
  });

  test('a sparse file that really has a header of 100 MB of zeros', async () => {
    const path = file(length(100_000_000));
    truncateSync(path, 100_000_008);
    expect((await refused(path)).message).toContain('0x00');
  });

  test.each([
    ['a pickle', '\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94', 'pickle'],
    ['a pickle of protocol 2', '\x80\x02}q\0.\0\0\0\0\0', 'pickle'],
    ['a torch.save archive', 'PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0', 'pickle'],
    ['GGUF', 'GGUF\x03\0\0\0\0\0\0\0\0\0\0\0', 'GGUF'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', 'LFS'],
    ['JSON', '{"metadata":{"total_size":1},"weight_map":{}}', 'JSON'],
    ['HDF5', '\x89HDF\r\n\x1a\n\0\0\0\0', 'HDF5'],
  ])('%s is refused by what it is', async (_, text, is) => {
    const error = await refused(file(Buffer.from(text, 'latin1')));
    expect(error.message).toContain(is);
    expect(error.message).toContain('not a safetensors file');
    expect(error.remedy).toBeTruthy();
  });

  test('a folder, a missing file, a circle of links', async () => {
    const sub = join(folder, 'sub');
    mkdirSync(sub);
    expect((await refused(sub)).message).toContain('a folder');
    expect((await refused(join(folder, 'missing'))).message).toContain('no such file');
    symlinkSync('circle', join(folder, 'circle'));
    expect((await refused(join(folder, 'circle'))).message).toContain('circle');
  });

  test.skipIf(process.platform === 'win32')('a FIFO, a device, and links to them', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    symlinkSync('/dev/zero', join(folder, 'zero'));
    symlinkSync(fifo, join(folder, 'to-fifo'));
    expect((await refused(fifo)).message).toContain('FIFO');
    expect((await refused(join(folder, 'to-fifo'))).message).toContain('FIFO');
    expect((await refused('/dev/zero')).message).toContain('device');
    expect((await refused(join(folder, 'zero'))).message).toContain('device');
  });

  test('a link to an ordinary file is that file', async () => {
    symlinkSync(withHeader('{}'), join(folder, 'link'));
    const opened = await openSafetensors(join(folder, 'link'));
    expect(opened.tensors.size).toBe(0);
    await opened.close();
  });
});
