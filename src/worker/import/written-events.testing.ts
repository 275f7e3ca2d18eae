// Event files as TensorFlow writes them, and as nobody should: for tests alone.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { crc32c, masked } from './crc32c.ts';

/** One record: length, sum, data, sum; `lie` in place of its length. */
export function record(data: Uint8Array, lie = BigInt(data.length)): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt.asUintN(64, lie));
  head.writeUInt32LE(masked(crc32c(head.subarray(0, 8))), 8);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(masked(crc32c(data)));
  return Buffer.concat([head, data, tail]);
}

export interface WrittenScalar {
  tag: string;
  step: bigint;
  wallTime: number;
  value: number;
}

/** An Event of one simple_value. */
export function scalarEvent({ tag, step, wallTime, value }: WrittenScalar): Uint8Array {
  const summary = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
  summary.tag(1, WireType.LengthDelimited).string(tag);
  summary.tag(2, WireType.Bit32).float(value);
  const bytes = summary.join().finish();
  const event = new BinaryWriter().tag(1, WireType.Bit64).double(wallTime);
  event.tag(2, WireType.Varint).int64(step);
  return event.tag(5, WireType.LengthDelimited).bytes(bytes).finish();
}
