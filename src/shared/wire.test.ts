import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode } from './wire.ts';

const again = (value: unknown) => decode(encode(value));

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.float64Array(),
  fc.uint8Array(),
);
const anything = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('node'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'entries')), tie('node'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).node;

test('every plain value arrives as it was sent', () => {
  fc.assert(
    fc.property(anything, (value) => {
      expect(again(value)).toEqual(value);
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 2 ** 53])(
  'the number %s',
  (number) => {
    expect(Object.is(again(number), number)).toBe(true);
  },
);

test('an array keeps its type and its numbers, wherever the bytes lie', () => {
  const sent = { a: Float64Array.of(1, Number.NaN, -0), b: Uint8Array.of(1, 2, 3), c: Float32Array.of(0.5) };
  const bytes = encode(sent);
  for (let shift = 0; shift < 9; shift++) {
    const moved = new Uint8Array(bytes.length + shift);
    moved.set(bytes, shift);
    expect(decode(moved.subarray(shift))).toEqual(sent);
  }
});

test('a part of an array is sent, not the buffer it lies in', () => {
  const part = new Float64Array(1e6).fill(7).subarray(10, 12);
  const bytes = encode(part);
  expect(bytes.length).toBeLessThan(200);
  expect(decode(bytes)).toEqual(Float64Array.of(7, 7));
});

test('a key called __proto__ is a key', () => {
  const value = JSON.parse('{"__proto__":{"x":[1]},"$":{"__proto__":2}}');
  const found = again(value) as object;
  expect(JSON.stringify(found)).toBe(JSON.stringify(value));
  expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
});

const framed = (text: string, after = 0) => {
  const body = new TextEncoder().encode(text.padEnd(Math.ceil((text.length + 4) / 8) * 8 - 4));
  const bytes = new Uint8Array(4 + body.length + after);
  new DataView(bytes.buffer).setUint32(0, body.length, true);
  bytes.set(body, 4);
  return bytes;
};

test.each([
  ['nothing', new Uint8Array()],
  ['a length beyond its end', Uint8Array.of(255, 255, 255, 255, 1)],
  ['no JSON', framed('{')],
  ['invalid UTF-8', Uint8Array.of(4, 0, 0, 0, 0x22, 0xff, 0x22, 0x20)],
  ['an unknown tag', framed('{"$":"Function"}')],
  ['a tag that is no text', framed('{"$":{}}')],
  ['an array past the end', framed('{"$":"Float64Array","at":0,"length":2}', 8)],
  ['a negative offset', framed('{"$":"Uint8Array","at":-8,"length":1}')],
  ['a length of 2^53', framed('{"$":"Uint8Array","at":0,"length":9007199254740992}')],
  ['a length that is no number', framed('{"$":"Uint8Array","at":0,"length":"1"}')],
  ['a hundred thousand levels', framed(`${'['.repeat(1e5)}${']'.repeat(1e5)}`)],
])('refused: %s', (_, bytes) => {
  expect(() => decode(bytes)).toThrow('not a message of the lab');
});

test('what would not arrive is not sent', () => {
  const endless: unknown[] = [];
  endless.push(endless);
  expect(() => encode(endless)).toThrow('deeper than 64');
  expect(() => encode(new DataView(new ArrayBuffer(1)))).toThrow('holds a DataView');
});
