// Reads a safetensors file: the header when it is opened, a tensor's bytes when that tensor is asked for. It declines
// to map or cache: the caller holds what it asked for, and nothing else is in memory.
import { createHash } from 'node:crypto';
import { LabError } from '../../shared/errors.ts';
import { decodeInto, isDecodable, isReal } from './decode.ts';
import { bitsOfDtype } from './dtypes.ts';
import { foreignFormat } from './foreign-format.ts';
import { quote, refusal } from './refusal.ts';
import { openRegularFile, type RegularFile, readExactly, readExactlySync } from './regular-file.ts';
import {
  headerLength,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.ts';

const chunkBytes = 4 * 1024 * 1024;

export interface Safetensors extends SafetensorsHeader {
  path: string;
  /** Size of the whole file. */
  bytes: number;
  /**
   * One tensor as float32, row-major; F64 is rounded, F16 and BF16 are exact.
   * @throws LabError 'checkpoint' for an unknown name, another dtype, or a file that cannot be read
   */
  readTensor(name: string): Promise<Float32Array>;
  /**
   * Elements `first` to `first + count` of a tensor of any real element type, as they are stored: no scale is applied.
   * @param first and `count` begin and end on whole bytes, which only matters for elements narrower than one
   * @throws LabError 'checkpoint' as readTensor; RangeError outside of the tensor
   */
  readRange(name: string, first: number, count: number): Promise<Float32Array>;
  /** sha256 of the whole file, hexadecimal. */
  hash(): Promise<string>;
  close(): Promise<void>;
}

/** @throws LabError 'checkpoint' saying what the file is instead, or what its header does wrong */
export async function openSafetensors(path: string): Promise<Safetensors> {
  const file = await openRegularFile(path);
  try {
    const { header, dataStart } = await readHeader(file);
    return {
      path,
      bytes: file.bytes,
      ...header,
      readTensor: async (name) => readTensor(file, dataStart, findTensor(header, name, path)),
      readRange: async (name, first, count) => readRange(file, dataStart, findTensor(header, name, path), first, count),
      hash: () => hashFile(file),
      close: () => file.handle.close(),
    };
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

async function readHeader(file: RegularFile): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const start = new Uint8Array(Math.min(32, file.bytes));
  await readExactly(file, start, 0);
  try {
    const length = headerLength(start.subarray(0, 8), file.bytes, file.path);
    const dataStart = 8 + length;
    const read = (target: Uint8Array, position: number) => readExactlySync(file, target, 8 + position);
    return { header: parseSafetensorsHeader({ length, read }, file.bytes - dataStart, file.path), dataStart };
  } catch (error) {
    const foreign = start[8] === 0x7b ? null : foreignFormat(start);
    if (!foreign || !(error instanceof LabError)) throw error;
    throw refusal(file.path, `is ${foreign.is}, not a safetensors file`, { value: foreign.is, remedy: foreign.remedy });
  }
}

function findTensor(header: SafetensorsHeader, name: string, path: string): TensorEntry {
  const entry = header.tensors.get(name);
  if (!entry) throw refusal(path, `holds no tensor ${quote(name)}`, { value: quote(name) });
  return entry;
}

async function readTensor(file: RegularFile, dataStart: number, entry: TensorEntry): Promise<Float32Array> {
  const { name, dtype, begin, end } = entry;
  if (dtype !== 'F32' && !isDecodable(dtype)) {
    const readable = 'F32, F64, F16 and BF16 are';
    throw refusal(file.path, `tensor ${quote(name)} is ${dtype}, which is not read as numbers; ${readable}`, {
      value: dtype,
    });
  }
  const elementBytes = bitsOfDtype[dtype] / 8;
  const data = allocate((end - begin) / elementBytes, file.path, name);
  if (dtype === 'F32') {
    await readExactly(file, new Uint8Array(data.buffer), dataStart + begin);
    return data;
  }
  const chunk = new Uint8Array(Math.min(chunkBytes, end - begin));
  for (let at = begin; at < end; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, end - at));
    await readExactly(file, part, dataStart + at);
    decodeInto(dtype, part, data, (at - begin) / elementBytes);
  }
  return data;
}

async function readRange(
  file: RegularFile,
  dataStart: number,
  { name, dtype, begin, end }: TensorEntry,
  first: number,
  count: number,
): Promise<Float32Array> {
  if (!isReal(dtype)) {
    const value = dtype;
    throw refusal(file.path, `tensor ${quote(name)} is ${value}, complex numbers, which are not read`, { value });
  }
  const bits = bitsOfDtype[dtype];
  const [from, to] = [begin + (first * bits) / 8, begin + ((first + count) * bits) / 8];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < begin || to > end || count < 0) {
    throw new RangeError(`${name} has no elements ${first} to ${first + count}`);
  }
  const data = allocate(count, file.path, name);
  if (dtype === 'F32') {
    await readExactly(file, new Uint8Array(data.buffer), dataStart + from);
    return data;
  }
  // A multiple of 24 bits holds whole elements of every width.
  const chunk = new Uint8Array(Math.min(3 * 1024 * 1024, to - from));
  for (let at = from; at < to; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, to - at));
    await readExactly(file, part, dataStart + at);
    decodeInto(dtype, part, data, ((at - from) * 8) / bits);
  }
  return data;
}

function allocate(length: number, path: string, name: string): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    throw refusal(path, `tensor ${quote(name)} of ${length} elements does not fit into the memory`, {
      value: String(length),
    });
  }
}

async function hashFile(file: RegularFile): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(Math.min(chunkBytes, file.bytes));
  for (let at = 0; at < file.bytes; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, file.bytes - at));
    await readExactly(file, part, at);
    hash.update(part);
  }
  return hash.digest('hex');
}
