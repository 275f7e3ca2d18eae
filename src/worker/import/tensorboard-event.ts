// The scalars of one Event message (tensorboard/compat/proto/event.proto, summary.proto, tensor.proto); every other field is
// passed over. A scalar is a `simple_value`, as TensorFlow 1 and PyTorch write it, or a tensor of one number under the plugin
// "scalars" or none, as TensorFlow 2 does.
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

export interface Scalar {
  tag: string;
  value: number;
}

export interface Event {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
  scalars: Scalar[];
  /** The first tags that the event has under another plugin: images, histograms, texts. */
  others: string[];
}

const mostOthers = 100;

interface Value {
  tag: string;
  simple: number | null;
  tensor: number | null;
  plugin: string | null;
}

/** @throws an Error of the reader where the bytes are no message */
export function readEvent(bytes: Uint8Array): Event {
  const event: Event = { wallTime: Number.NaN, step: 0, scalars: [], others: [] };
  eachField(new BinaryReader(bytes), (reader, field, type) => {
    if (field === 1 && type === WireType.Bit64) event.wallTime = reader.double();
    else if (field === 2 && type === WireType.Varint) event.step = Number(reader.int64());
    else if (field === 5 && type === WireType.LengthDelimited) readSummary(reader.bytes(), event);
    else reader.skip(type, field);
  });
  return event;
}

function readSummary(bytes: Uint8Array, event: Event): void {
  eachField(new BinaryReader(bytes), (reader, field, type) => {
    if (field !== 1 || type !== WireType.LengthDelimited) return void reader.skip(type, field);
    const { tag, simple, tensor, plugin } = readValue(reader.bytes());
    const value = simple ?? (plugin === null || plugin === 'scalars' ? tensor : null);
    if (value !== null) event.scalars.push({ tag, value });
    else if (event.others.length < mostOthers) event.others.push(tag);
  });
}

function readValue(bytes: Uint8Array): Value {
  const value: Value = { tag: '', simple: null, tensor: null, plugin: null };
  eachField(new BinaryReader(bytes), (reader, field, type) => {
    if (field === 1 && type === WireType.LengthDelimited) value.tag = reader.string();
    else if (field === 2 && type === WireType.Bit32) value.simple = reader.float();
    else if (field === 8 && type === WireType.LengthDelimited) value.tensor = readTensor(reader.bytes());
    else if (field === 9 && type === WireType.LengthDelimited) value.plugin = readPlugin(reader.bytes());
    else reader.skip(type, field);
  });
  return value;
}

/** SummaryMetadata.plugin_data.plugin_name */
function readPlugin(bytes: Uint8Array): string | null {
  let name: string | null = null;
  eachField(new BinaryReader(bytes), (reader, field, type) => {
    if (field !== 1 || type !== WireType.LengthDelimited) return void reader.skip(type, field);
    eachField(new BinaryReader(reader.bytes()), (inner, innerField, innerType) => {
      if (innerField === 1 && innerType === WireType.LengthDelimited) name = inner.string();
      else inner.skip(innerType, innerField);
    });
  });
  return name;
}

/** DataType numbers of the tensors that can be one scalar, and their bytes in tensor_content. */
const content: Record<number, { bytes: number; read(view: DataView): number }> = {
  1: { bytes: 4, read: (view) => view.getFloat32(0, true) },
  2: { bytes: 8, read: (view) => view.getFloat64(0, true) },
  3: { bytes: 4, read: (view) => view.getInt32(0, true) },
  9: { bytes: 8, read: (view) => Number(view.getBigInt64(0, true)) },
  14: { bytes: 2, read: (view) => bfloat(view.getUint16(0, true)) },
  19: { bytes: 2, read: (view) => half(view.getUint16(0, true)) },
};

/** Fields that hold the values of a tensor instead, by number: float, double, int, int64, half and bfloat16 as integers. */
const lists = new Set([5, 6, 7, 10, 13]);

/** The one number of a tensor; null for one of several, or of no number. */
function readTensor(bytes: Uint8Array): number | null {
  let dataType = 0;
  const numbers: number[] = [];
  let raw: Uint8Array | null = null;
  eachField(new BinaryReader(bytes), (reader, field, type) => {
    if (field === 1 && type === WireType.Varint) dataType = reader.int32();
    else if (field === 4 && type === WireType.LengthDelimited) raw = reader.bytes();
    else if (lists.has(field)) readNumbers(reader, field, type, numbers);
    else reader.skip(type, field);
  });
  const format = content[dataType];
  const packed = raw as Uint8Array | null;
  if (format && packed?.length === format.bytes) {
    return format.read(new DataView(packed.buffer, packed.byteOffset, packed.length));
  }
  if (!format || numbers.length !== 1) return null;
  const [number] = numbers as [number];
  if (dataType === 19) return half(number);
  return dataType === 14 ? bfloat(number) : number;
}

function readNumbers(reader: BinaryReader, field: number, type: WireType, numbers: number[]): void {
  const next = (from: BinaryReader) => {
    if (field === 5) return from.float();
    if (field === 6) return from.double();
    return field === 10 ? Number(from.int64()) : from.int32();
  };
  if (type !== WireType.LengthDelimited) {
    numbers.push(next(reader));
    return;
  }
  const inner = new BinaryReader(reader.bytes());
  // Two are enough to know that it is no scalar.
  while (inner.pos < inner.len && numbers.length < 2) numbers.push(next(inner));
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function bfloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits & 0xffff) << 16);
  return view.getFloat32(0);
}

function eachField(reader: BinaryReader, read: (reader: BinaryReader, field: number, type: WireType) => void): void {
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    read(reader, field, type);
  }
}
