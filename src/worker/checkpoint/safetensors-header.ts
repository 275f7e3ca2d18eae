// The header of a safetensors file, read strictly: what it does not allow is refused before any tensor is touched.
// Format: 8 bytes header length N (little-endian), N bytes JSON, then the tensors' bytes without holes.
// It declines to read the file; ./safetensors-read.ts does.
import { bitsOfDtype, type Dtype, dtypes, isDtype } from './dtypes.ts';
import { HeaderScanner, type HeaderSource } from './header-scanner.ts';
import { quote, refusal } from './refusal.ts';

/** The reference implementation's own limit on the header. */
export const maximumHeaderBytes = 100_000_000;
export const maximumTensors = 100_000;
export const maximumRank = 32;

export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  /** Bytes from the first byte after the header; `end` is exclusive. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  /** By name, in the order of their bytes. Names are text and nothing else. */
  tensors: ReadonlyMap<string, TensorEntry>;
  metadata: ReadonlyMap<string, string>;
}

/**
 * The header's length from the first 8 bytes of a file of `fileBytes`.
 * @throws LabError 'checkpoint'
 */
export function headerLength(prefix: Uint8Array, fileBytes: number, path: string): number {
  if (prefix.length < 8) {
    throw refusal(path, `is ${fileBytes} bytes long; a safetensors file has at least 10`, { value: String(fileBytes) });
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  const value = String(length);
  if (length < 2n) throw refusal(path, `gives its header ${value} bytes; the smallest header, {}, has 2`, { value });
  if (length > BigInt(maximumHeaderBytes)) {
    throw refusal(path, `gives its header ${value} bytes; at most ${maximumHeaderBytes} are allowed`, { value });
  }
  if (Number(length) > fileBytes - 8) {
    const rest = Math.max(0, fileBytes - 8);
    throw refusal(path, `gives its header ${value} bytes, but only ${rest} follow`, { value });
  }
  return Number(length);
}

/**
 * @param source the header's JSON, without the 8 bytes before it
 * @param dataBytes how many bytes follow the header in the file
 * @throws LabError 'checkpoint' naming the path, the tensor and the value
 */
export function parseSafetensorsHeader(source: HeaderSource, dataBytes: number, path: string): SafetensorsHeader {
  const first = new Uint8Array(Math.min(1, source.length));
  source.read(first, 0);
  if (first[0] !== 0x7b) {
    const found = first.length ? `0x${first[0]!.toString(16).padStart(2, '0')}` : 'nothing';
    throw refusal(path, `has a header that starts with ${found}; a header starts with "{"`, { value: found });
  }
  const scanner = new HeaderScanner(source, path);
  const tensors = new Map<string, TensorEntry>();
  let metadata: Map<string, string> | undefined;
  scanner.members('{', '}', 'the list of tensors', () => {
    const name = scanner.string('the list of tensors');
    if (name === '__metadata__' ? metadata !== undefined : tensors.has(name)) {
      throw scanner.fault(`has the name ${quote(name)} twice`, quote(name));
    }
    scanner.tensor = name;
    scanner.expect(':', 'a name');
    if (name === '__metadata__') {
      metadata = readMetadata(scanner);
    } else {
      if (tensors.size === maximumTensors) throw scanner.fault(`is one of more than ${maximumTensors} tensors`);
      tensors.set(name, readEntry(scanner, name));
    }
    scanner.tensor = null;
  });
  scanner.end();
  return { tensors: inOrderOfBytes(tensors, dataBytes, path), metadata: metadata ?? new Map() };
}

function readMetadata(scanner: HeaderScanner): Map<string, string> {
  const metadata = new Map<string, string>();
  scanner.members('{', '}', 'the metadata', () => {
    const key = scanner.string('the metadata');
    if (metadata.has(key)) throw scanner.fault(`has the key ${quote(key)} twice`, quote(key));
    if (metadata.size === maximumTensors) throw scanner.fault(`has more than ${maximumTensors} keys`);
    scanner.expect(':', 'a key');
    metadata.set(key, scanner.string('the metadata'));
  });
  return metadata;
}

function readEntry(scanner: HeaderScanner, name: string): TensorEntry {
  let dtype: Dtype | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.members('{', '}', 'a tensor', () => {
    const key = scanner.string('a tensor');
    scanner.expect(':', 'a key');
    if (key === 'dtype' && !dtype) dtype = readDtype(scanner);
    else if (key === 'shape' && !shape) shape = readNumbers(scanner, 'shape', maximumRank);
    else if (key === 'data_offsets' && !offsets) offsets = readNumbers(scanner, 'data_offsets', 2);
    else {
      const fault = ['dtype', 'shape', 'data_offsets'].includes(key) ? 'twice' : 'which the format does not have';
      throw scanner.fault(`has the key ${quote(key)}, ${fault}`, quote(key));
    }
  });
  if (!dtype || !shape || !offsets) {
    throw scanner.fault(`lacks ${!dtype ? 'dtype' : !shape ? 'shape' : 'data_offsets'}`);
  }
  if (offsets.length !== 2) throw scanner.fault(`has ${offsets.length} data_offsets instead of 2`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw scanner.fault(`has reversed data_offsets, [${begin},${end}]`, `[${begin},${end}]`);
  const expected = tensorBytes(dtype, shape);
  if (typeof expected === 'string') throw scanner.fault(expected, `[${shape}]`);
  if (end - begin !== expected) {
    const wanted = `${dtype} [${shape}] takes ${expected} bytes`;
    throw scanner.fault(`gives it ${end - begin} bytes, but ${wanted}`, `[${begin},${end}]`);
  }
  return { name, dtype, shape, begin, end };
}

function readDtype(scanner: HeaderScanner): Dtype {
  const text = scanner.string('dtype');
  if (isDtype(text)) return text;
  throw scanner.fault(`has the unknown dtype ${quote(text)}; known are ${dtypes.join(', ')}`, text.slice(0, 80));
}

function readNumbers(scanner: HeaderScanner, what: string, maximum: number): number[] {
  const numbers: number[] = [];
  scanner.members('[', ']', what, () => {
    if (numbers.length === maximum) throw scanner.fault(`has more than ${maximum} numbers in ${what}`);
    numbers.push(scanner.wholeNumber(what));
  });
  return numbers;
}

/** Bytes that a tensor fills, or the reason why it cannot exist. */
export function tensorBytes(dtype: Dtype, shape: readonly number[]): number | string {
  let bits: number = bitsOfDtype[dtype];
  for (const extent of shape) {
    bits *= extent;
    if (!Number.isSafeInteger(bits)) return `has a shape whose size overflows, [${shape}]`;
  }
  return bits % 8 === 0 ? bits / 8 : `packs ${bits} bits of ${dtype}, which is not a whole number of bytes`;
}

/** Checks that the tensors cover the data exactly once. The header may list them in any order; their bytes have one. */
function inOrderOfBytes(tensors: Map<string, TensorEntry>, dataBytes: number, path: string): Map<string, TensorEntry> {
  const sorted = [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of sorted) {
    const value = `[${begin},${end}]`;
    if (end > dataBytes) {
      throw refusal(path, `tensor ${quote(name)} has data_offsets ${value}, past the ${dataBytes} bytes of data`, {
        value,
      });
    }
    if (begin !== covered) {
      const fault = begin > covered ? `leaves a hole after byte ${covered}` : `overlaps the bytes before ${covered}`;
      throw refusal(path, `tensor ${quote(name)} with data_offsets ${value} ${fault}`, { value });
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    const value = String(dataBytes - covered);
    throw refusal(path, `has ${value} trailing bytes that belong to no tensor`, { value });
  }
  return new Map(sorted.map((entry) => [entry.name, entry]));
}
