// Element types that become float32: F64 rounded, F16 and BF16 exactly; F32 is read in place without this file.
// It declines the others: an 8-bit or integer tensor means nothing without its scale.
import type { Dtype } from './dtypes.ts';

export type DecodableDtype = 'F64' | 'F16' | 'BF16';

export const isDecodable = (dtype: Dtype): dtype is DecodableDtype =>
  dtype === 'F64' || dtype === 'F16' || dtype === 'BF16';

/** Decodes little-endian `bytes` into `target` from `index` on; `bytes` holds whole elements. */
export function decodeInto(dtype: DecodableDtype, bytes: Uint8Array, target: Float32Array, index: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F64') {
    for (let at = 0; at < bytes.length; at += 8) target[index++] = view.getFloat64(at, true);
  } else if (dtype === 'F16') {
    for (let at = 0; at < bytes.length; at += 2) target[index++] = fromHalf(view.getUint16(at, true));
  } else {
    // BF16 is the upper half of the float32 of the same value.
    const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
    for (let at = 0; at < bytes.length; at += 2) bits[index++] = view.getUint16(at, true) << 16;
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
