// Writes an ONNX ModelProto, the few messages that our graphs need. Field numbers are those of onnx.proto (IR version 9).
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';
export const elementTypes: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** An integer, a list of integers, a string, or a float wrapped so that it is told apart from an integer. */
export type Attribute = number | readonly number[] | string | { float: number };

export interface OnnxNode {
  operator: string;
  inputs: readonly string[];
  outputs: string[];
  attributes: Readonly<Record<string, Attribute>>;
  domain: string;
}

export interface OnnxConstant {
  name: string;
  type: ElementType;
  shape: readonly number[];
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

export interface OnnxValue {
  name: string;
  type: ElementType;
  shape: readonly number[];
  /** A sequence of such tensors rather than one. */
  sequence?: boolean;
}

const attributeType = { float: 1, integer: 2, string: 3, integers: 7 };

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  writer.tag(1, WireType.LengthDelimited).string(name);
  if (typeof value === 'string') {
    writer.tag(4, WireType.LengthDelimited).bytes(new TextEncoder().encode(value));
    writer.tag(20, WireType.Varint).int32(attributeType.string);
  } else if (typeof value === 'number') {
    writer.tag(3, WireType.Varint).int64(value);
    writer.tag(20, WireType.Varint).int32(attributeType.integer);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    writer.tag(20, WireType.Varint).int32(attributeType.float);
  } else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    writer.tag(20, WireType.Varint).int32(attributeType.integers);
  }
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) writer.tag(1, WireType.LengthDelimited).string(name);
  for (const name of node.outputs) writer.tag(2, WireType.LengthDelimited).string(name);
  writer.tag(4, WireType.LengthDelimited).string(node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.tag(5, WireType.LengthDelimited).fork();
    writeAttribute(writer, name, value);
    writer.join();
  }
  if (node.domain) writer.tag(7, WireType.LengthDelimited).string(node.domain);
}

function writeConstant(writer: BinaryWriter, { name, type, shape, data }: OnnxConstant): void {
  for (const size of shape) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(elementTypes[type]);
  writer.tag(8, WireType.LengthDelimited).string(name);
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeTensorType(writer: BinaryWriter, { type, shape }: OnnxValue): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(elementTypes[type]);
  writer.tag(2, WireType.LengthDelimited).fork();
  for (const size of shape) {
    writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int64(size).join();
  }
  writer.join().join();
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  writer.tag(1, WireType.LengthDelimited).string(value.name);
  writer.tag(2, WireType.LengthDelimited).fork();
  if (value.sequence) {
    writer.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
    writeTensorType(writer, value);
    writer.join().join();
  } else writeTensorType(writer, value);
  writer.join();
}

/** The serialised model: opset 18 and the contributed operators of ONNX Runtime. */
export function encodeModel(
  nodes: readonly OnnxNode[],
  constants: readonly OnnxConstant[],
  inputs: readonly OnnxValue[],
  outputs: readonly OnnxValue[],
): Uint8Array {
  const writer = new BinaryWriter();
  const message = <T>(field: number, write: (writer: BinaryWriter, item: T) => void, item: T) => {
    writer.tag(field, WireType.LengthDelimited).fork();
    write(writer, item);
    writer.join();
  };
  writer.tag(1, WireType.Varint).int64(9);
  writer.tag(7, WireType.LengthDelimited).fork();
  for (const node of nodes) message(1, writeNode, node);
  writer.tag(2, WireType.LengthDelimited).string('program');
  for (const constant of constants) message(5, writeConstant, constant);
  for (const input of inputs) message(11, writeValue, input);
  for (const output of outputs) message(12, writeValue, output);
  writer.join();
  for (const [domain, version] of [
    ['', 18],
    ['com.microsoft', 1],
  ] as const) {
    writer.tag(8, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(domain).tag(2, WireType.Varint).int64(version);
    writer.join();
  }
  return writer.finish();
}
