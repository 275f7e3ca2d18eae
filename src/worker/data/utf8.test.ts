import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Utf8Reader } from './utf8.ts';

/** Reads bytes cut at the given places. */
function read(bytes: Buffer, cuts: number[] = []): string {
  const reader = new Utf8Reader('a.txt');
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let text = '';
  for (let i = 1; i < places.length; i++) text += reader.push(bytes.subarray(places[i - 1], places[i]));
  return text + reader.end();
}

const anyText = fc.string({
  unit: fc.constantFrom('a', ' ', '\n', 'é', '中', 'e\u0301', '👩‍👩‍👧‍👦', '🇩🇪', '\uFEFF', '\uFFFD'),
});

test('any text survives any cutting, and each piece ends at a character', () => {
  fc.assert(
    fc.property(anyText, fc.array(fc.nat(200)), (text, cuts) => {
      expect(read(Buffer.from(`x${text}`), cuts)).toBe(`x${text}`);
    }),
  );
});

test('a BOM is dropped at the start alone, wherever it is cut', () => {
  const bytes = Buffer.from('\uFEFFa\uFEFFb');
  for (let cut = 0; cut <= bytes.length; cut++) expect(read(bytes, [cut])).toBe('a\uFEFFb');
  expect(read(Buffer.from('\uFEFF'))).toBe('');
  expect(read(Buffer.from('a'))).toBe('a');
  expect(read(Buffer.alloc(0))).toBe('');
});

test.each([
  ['a byte that starts nothing', [0x61, 0x62, 0xff, 0x63], 2],
  ['an overlong form', [0x61, 0xc0, 0xaf], 1],
  ['half of a surrogate pair', [0x61, 0x61, 0x61, 0xed, 0xa0, 0x80, 0x61], 3],
  ['an end inside of a character', [0x61, 0xe4, 0xb8], 1],
  ['a stray continuation', [0x80], 0],
  ['beyond U+10FFFF', [0x61, 0xf5, 0x80, 0x80, 0x80], 1],
])('%s is refused with its byte offset, however it is cut', (_, bytes, offset) => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(() => read(Buffer.from(bytes), [cut])).toThrow(new RegExp(`a.txt is not UTF-8 text: .* offset ${offset} `));
  }
});

test('a NUL is refused with its byte offset', () => {
  expect(() => read(Buffer.from('some text\0 and more'), [3])).toThrow(
    'a.txt is not text: it holds a NUL byte at offset 9',
  );
});

test('UTF-16 is named, with a BOM or without', () => {
  expect(() => read(Buffer.from('\uFEFFhello', 'utf16le'))).toThrow('UTF-16');
  expect(() => read(Buffer.from('\uFEFFhello', 'utf16le').swap16())).toThrow('UTF-16');
  expect(() => read(Buffer.from('hello, world, this is text', 'utf16le'))).toThrow('UTF-16');
});
