// Small safetensors files from text, whole or wrong in one place.

/** Data count up from 0, so that a tensor's first byte says where it begins. */
export const dataOf = (bytes: number): Buffer => Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => index));

/** A file of a header and `data` bytes; `length` is what it says of its header where that is not the truth. */
export function fileOf(
  header: string | Uint8Array,
  data = 0,
  length: bigint | number = Buffer.byteLength(header),
): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([prefix, Buffer.from(header as string), dataOf(data)]);
}

export const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`;

/** One tensor "a" alone. */
export const single = (dtype: string, shape: string, offsets: string, data: number): Buffer =>
  fileOf(`{"a":${entry(dtype, shape, offsets)}}`, data);

/** What most mutations start from: metadata, two tensors, 32 bytes of data. */
export const plain = {
  header: `{"__metadata__":{"k":"v"},"a":${entry('"F32"', '[2,3]', '[0,24]')},"b":${entry('"BF16"', '[4]', '[24,32]')}}`,
  data: 32,
};

/** Text, marks and numbers of a header, in order. */
export const tokensOf = (header: string): string[] => header.match(/"[^"]*"|[{}[\],:]|\d+/g)!;
