// The element types of the safetensors format, in the format's own order (increasing alignment), with their width.
// It declines to decode: ./decode.ts does.

/** Bits of one element. Elements narrower than a byte are packed, so a tensor must still fill whole bytes. */
export const bitsOfDtype = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type Dtype = keyof typeof bitsOfDtype;

export const dtypes = Object.keys(bitsOfDtype) as Dtype[];

export const isDtype = (text: string): text is Dtype => Object.hasOwn(bitsOfDtype, text);
