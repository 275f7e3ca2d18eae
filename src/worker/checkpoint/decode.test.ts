import { describe, expect, test } from 'vitest';
import { decodeInto, type RealDtype } from './decode.ts';

const decode = (dtype: RealDtype, bytes: number[], count: number): number[] => {
  const target = new Float64Array(count);
  decodeInto(dtype, Uint8Array.from(bytes), target, 0);
  return [...target];
};

describe('values by the definition of their type', () => {
  test.each<[RealDtype, number[], number[]]>([
    ['F8_E4M3', [0x00, 0x01, 0x08, 0x38, 0x7e, 0xfe, 0xb8], [0, 2 ** -9, 2 ** -6, 1, 448, -448, -1]],
    ['F8_E5M2', [0x01, 0x3c, 0x7b, 0x7c, 0xfc], [2 ** -16, 1, 57344, Infinity, -Infinity]],
    ['F8_E4M3FNUZ', [0x01, 0x40, 0x7f], [2 ** -10, 1, 240]],
    ['F8_E5M2FNUZ', [0x01, 0x40, 0x7f], [2 ** -17, 1, 57344]],
    ['F8_E8M0', [0, 127, 128, 254], [2 ** -127, 1, 2, 2 ** 127]],
    ['I8', [0, 127, 128, 255], [0, 127, -128, -1]],
    ['U8', [0, 255], [0, 255]],
    ['BOOL', [0, 1], [0, 1]],
    ['I16', [0xff, 0xff, 0x00, 0x80], [-1, -32768]],
    ['U16', [0xff, 0xff], [65535]],
    ['I32', [0xff, 0xff, 0xff, 0xff], [-1]],
    ['U32', [0xff, 0xff, 0xff, 0xff], [4294967295]],
    ['I64', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-1]],
    ['U64', [1, 0, 0, 0, 1, 0, 0, 0], [4294967297]],
    ['F16', [0x00, 0x3c, 0x01, 0x00, 0x00, 0xc0], [1, 2 ** -24, -2]],
    ['BF16', [0x80, 0x3f, 0x00, 0xc0], [1, -2]],
    ['F32', [0, 0, 0x80, 0x3f], [1]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1]],
  ])('%s', (dtype, bytes, values) => {
    expect(decode(dtype, bytes, values.length)).toEqual(values);
  });

  test.each<[RealDtype, number[]]>([
    ['F8_E4M3', [0x7f]],
    ['F8_E5M2', [0x7d]],
    ['F8_E4M3FNUZ', [0x80]],
    ['F8_E5M2FNUZ', [0x80]],
    ['F8_E8M0', [0xff]],
    ['F16', [0x01, 0x7c]],
    ['BF16', [0xc0, 0x7f]],
  ])('NaN of %s', (dtype, bytes) => {
    expect(decode(dtype, bytes, 1)).toEqual([Number.NaN]);
  });
});

test('F4 holds two to a byte, the low half first', () => {
  const all = Array.from({ length: 8 }, (_, index) => (2 * index) | ((2 * index + 1) << 4));
  expect(decode('F4', all, 16)).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6]);
});

test('F6 holds four to three bytes, the first in the lowest bits', () => {
  const pack = (codes: number[]) => {
    const bits = codes.reduce((sum, code, index) => sum | (code << (6 * index)), 0);
    return [bits & 255, (bits >> 8) & 255, (bits >> 16) & 255];
  };
  expect(decode('F6_E2M3', pack([0b001000, 0b000001, 0b011111, 0b111111]), 4)).toEqual([1, 0.125, 7.5, -7.5]);
  expect(decode('F6_E3M2', pack([0b001100, 0b000001, 0b011111, 0b100001]), 4)).toEqual([1, 0.0625, 28, -0.0625]);
});
