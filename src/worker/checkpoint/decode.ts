// Every real element type of the format as numbers: floating point exactly (F64 and the wide integers rounded where the
// target is float32), the small ones through tables. It declines C64, which is not real, and knows no scales:
// a packed tensor means nothing without those of its model.
import { bitsOfDtype, type Dtype } from './dtypes.ts';

export type DecodableDtype = 'F64' | 'F16' | 'BF16';

/** What training reads: element types whose numbers stand alone. */
export const isDecodable = (dtype: Dtype): dtype is DecodableDtype =>
  dtype === 'F64' || dtype === 'F16' || dtype === 'BF16';

export type RealDtype = Exclude<Dtype, 'C64'>;

export const isReal = (dtype: Dtype): dtype is RealDtype => dtype !== 'C64';

/** Decodes little-endian `bytes` into `target` from `index` on; `bytes` holds whole elements. */
export function decodeInto(
  dtype: RealDtype,
  bytes: Uint8Array,
  target: Float32Array | Float64Array,
  index: number,
): void {
  const width = bitsOfDtype[dtype];
  if (width < 8) {
    decodePacked(dtype, bytes, target, index);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = tableOf(dtype);
  if (table && width === 8) for (const byte of bytes) target[index++] = table[byte]!;
  else if (table) for (let at = 0; at < bytes.length; at += 2) target[index++] = table[view.getUint16(at, true)]!;
  else {
    const read = readers[dtype]!;
    for (let at = 0; at < bytes.length; at += width / 8) target[index++] = read(view, at);
  }
}

const readers: Partial<Record<Dtype, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  I32: (view, at) => view.getInt32(at, true),
  U32: (view, at) => view.getUint32(at, true),
};

/** Sign, exponent and fraction bits; what the largest exponent means; the exponent's bias where it is not the usual one. */
interface Small {
  exponent: number;
  fraction: number;
  /** ieee: infinity and NaN; fn: only all ones is NaN; finite: no NaN at all; fnuz: only minus zero is NaN. */
  special: 'ieee' | 'fn' | 'finite' | 'fnuz';
}

const small: Partial<Record<Dtype, Small>> = {
  F16: { exponent: 5, fraction: 10, special: 'ieee' },
  BF16: { exponent: 8, fraction: 7, special: 'ieee' },
  F8_E5M2: { exponent: 5, fraction: 2, special: 'ieee' },
  F8_E4M3: { exponent: 4, fraction: 3, special: 'fn' },
  F8_E5M2FNUZ: { exponent: 5, fraction: 2, special: 'fnuz' },
  F8_E4M3FNUZ: { exponent: 4, fraction: 3, special: 'fnuz' },
  F6_E3M2: { exponent: 3, fraction: 2, special: 'finite' },
  F6_E2M3: { exponent: 2, fraction: 3, special: 'finite' },
  F4: { exponent: 2, fraction: 1, special: 'finite' },
};

const integers: Partial<Record<Dtype, (code: number) => number>> = {
  BOOL: (code) => (code === 0 ? 0 : 1),
  U8: (code) => code,
  I8: (code) => (code << 24) >> 24,
  U16: (code) => code,
  I16: (code) => (code << 16) >> 16,
  // A power of two without sign or fraction (OCP Microscaling 1.0).
  F8_E8M0: (code) => (code === 255 ? Number.NaN : 2 ** (code - 127)),
};

const tables = new Map<Dtype, Float32Array | null>();

function tableOf(dtype: Dtype): Float32Array | null {
  let table = tables.get(dtype);
  if (table === undefined) {
    const layout = small[dtype];
    const value = layout ? (code: number) => smallFloat(code, layout) : integers[dtype];
    table = value ? Float32Array.from({ length: 2 ** bitsOfDtype[dtype] }, (_, code) => value(code)) : null;
    tables.set(dtype, table);
  }
  return table;
}

function smallFloat(code: number, { exponent: exponentBits, fraction: fractionBits, special }: Small): number {
  const fraction = code & (2 ** fractionBits - 1);
  const exponent = (code >> fractionBits) & (2 ** exponentBits - 1);
  const sign = code >> (fractionBits + exponentBits) ? -1 : 1;
  const largest = exponent === 2 ** exponentBits - 1;
  if (special === 'ieee' && largest) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (special === 'fn' && largest && fraction === 2 ** fractionBits - 1) return Number.NaN;
  if (special === 'fnuz' && sign < 0 && exponent === 0 && fraction === 0) return Number.NaN;
  const bias = 2 ** (exponentBits - 1) - (special === 'fnuz' ? 0 : 1);
  return exponent === 0
    ? sign * fraction * 2 ** (1 - bias - fractionBits)
    : sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
}

/** Elements narrower than a byte, the first in the lowest bits: two of 4 bits to a byte, four of 6 bits to three. */
function decodePacked(dtype: Dtype, bytes: Uint8Array, target: Float32Array | Float64Array, index: number): void {
  const width = bitsOfDtype[dtype];
  const table = tableOf(dtype)!;
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits |= byte << held;
    for (held += 8; held >= width; held -= width) {
      target[index++] = table[bits & (2 ** width - 1)]!;
      bits >>= width;
    }
  }
}
