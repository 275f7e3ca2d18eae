// Writes a safetensors file tensor by tensor, holding one tensor at a time. Canonical: the same content gives the same
// bytes whatever order it is listed in. It declines to choose a safe file name or to rename; the caller does.
import { createHash } from 'node:crypto';
import { type Dtype, dtypes } from './dtypes.ts';
import { type FileSystem, fileSystem } from './file-system.ts';
import { quote, refusal } from './refusal.ts';
import { maximumHeaderBytes, maximumTensors, tensorBytes } from './safetensors-header.ts';

const arrayOfDtype = { F32: Float32Array, F64: Float64Array, I32: Int32Array, U32: Uint32Array, U8: Uint8Array };

export type WritableDtype = keyof typeof arrayOfDtype;
export type WritableArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export interface TensorSource {
  name: string;
  dtype: WritableDtype;
  shape: readonly number[];
  /** Called once, when this tensor's turn has come. Its array has the dtype's type and the shape's length. */
  data(): Promise<WritableArray>;
}

export interface WrittenFile {
  /** Hexadecimal. */
  sha256: string;
  bytes: number;
}

/**
 * Creates `path`, writes, and waits until the disk has it (fsync). The tensors' bytes follow each other by descending
 * alignment, then by name, as the reference implementation's do; metadata keys are sorted; the header is padded with
 * spaces to a multiple of 8.
 * @throws LabError 'checkpoint' for a name, shape or array that does not fit; errors of the file system as they come
 */
export async function writeSafetensors(
  path: string,
  content: { tensors: readonly TensorSource[]; metadata?: Readonly<Record<string, string>> },
  files: FileSystem = fileSystem,
): Promise<WrittenFile> {
  const sorted = [...content.tensors].sort(
    (a, b) => dtypes.indexOf(b.dtype) - dtypes.indexOf(a.dtype) || (a.name < b.name ? -1 : 1),
  );
  const header = encodeHeader(path, sorted, content.metadata ?? {});
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await files.open(path, 'wx');
  const write = async (part: Uint8Array) => {
    hash.update(part);
    bytes += part.length;
    for (let done = 0; done < part.length; ) {
      // One write of more than 2^31 − 1 bytes is cut short by the system.
      const length = Math.min(part.length - done, 1 << 30);
      done += (await handle.write(part, done, length)).bytesWritten;
    }
  };
  try {
    await write(header);
    for (const { name, dtype, shape, data } of sorted) {
      const array = await data();
      if (!(array instanceof arrayOfDtype[dtype]) || array.byteLength !== tensorBytes(dtype, shape)) {
        const given = `${array.constructor.name} of ${array.length}`;
        throw refusal(path, `tensor ${quote(name)} is ${dtype} [${shape}] but was given a ${given}`, { value: given });
      }
      await write(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

function encodeHeader(path: string, sorted: readonly TensorSource[], metadata: Record<string, string>): Uint8Array {
  if (sorted.length > maximumTensors) {
    const value = String(sorted.length);
    throw refusal(path, `would hold ${value} tensors; at most ${maximumTensors} are allowed`, { value });
  }
  const members = new Map<string, string>();
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    members.set('__metadata__', `{${pairs.join(',')}}`);
  }
  let offset = 0;
  for (const { name, dtype, shape } of sorted) {
    if (name === '__metadata__' || members.has(name) || !name.isWellFormed()) {
      const fault = members.has(name) ? 'is there twice' : 'is not a name that the format allows';
      throw refusal(path, `the tensor name ${quote(name)} ${fault}`, { value: quote(name) });
    }
    const size = sizeOf(path, name, dtype, shape);
    members.set(name, JSON.stringify({ dtype, shape, data_offsets: [offset, offset + size] }));
    offset += size;
  }
  const json = `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  if (length > maximumHeaderBytes) {
    const value = String(length);
    throw refusal(path, `would have a header of ${value} bytes; at most ${maximumHeaderBytes} are allowed`, { value });
  }
  const bytes = Buffer.alloc(8 + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.write(json, 8);
  return bytes;
}

function sizeOf(path: string, name: string, dtype: Dtype, shape: readonly number[]): number {
  const size = shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)
    ? tensorBytes(dtype, shape)
    : `has the shape [${shape}], which is not of whole numbers`;
  if (typeof size === 'string') throw refusal(path, `tensor ${quote(name)} ${size}`, { value: `[${shape}]` });
  return size;
}
