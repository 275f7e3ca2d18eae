import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import { bitsOfDtype, dtypes } from './dtypes.ts';
import { maximumTextBytes } from './header-scanner.ts';
import { headerLength, maximumTensors, parseSafetensorsHeader } from './safetensors-header.ts';

const path = 'model.safetensors';
const parse = (json: string | Uint8Array, dataBytes = 0) => {
  const bytes = typeof json === 'string' ? new TextEncoder().encode(json) : json;
  const read = (target: Uint8Array, position: number) => target.set(bytes.subarray(position, position + target.length));
  return parseSafetensorsHeader({ length: bytes.length, read }, dataBytes, path);
};

function refused(act: () => unknown): LabError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    const refusal = error as LabError;
    expect(refusal.code).toBe('checkpoint');
    expect(refusal.field).toBe(path);
    expect(refusal.message).toContain(path);
    return refusal;
  }
  throw new Error('was accepted');
}

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe('the length of the header', () => {
  const lengthOf = (length: bigint, fileBytes: number) => {
    const prefix = new Uint8Array(8);
    new DataView(prefix.buffer).setBigUint64(0, length, true);
    return headerLength(prefix, fileBytes, path);
  };

  test('is read from 8 little-endian bytes', () => {
    expect(lengthOf(2n, 10)).toBe(2);
    expect(lengthOf(0x0102n, 1000)).toBe(258);
  });

  test.each([
    [0n, 8],
    [0n, 1000],
    [1n, 9],
    [3n, 10],
    [2n, 9],
    [100_000_001n, 200_000_000],
    [2n ** 53n + 1n, 1000],
    [2n ** 64n - 1n, 1000],
  ])('%s in a file of %s bytes is refused', (length, fileBytes) => {
    const error = refused(() => lengthOf(length, fileBytes));
    expect(error.value).toBe(String(length));
    expect(error.message).toContain(String(length));
  });

  test.each([0, 7])('a file of %s bytes is refused', (fileBytes) => {
    expect(refused(() => headerLength(new Uint8Array(fileBytes), fileBytes, path)).value).toBe(String(fileBytes));
  });
});

describe('accepted', () => {
  test('the empty header, padded or not', () => {
    for (const json of ['{}', '{}      ', '{ }\n\t\r ', '{"__metadata__":{}}'])
      expect(parse(json).tensors.size).toBe(0);
  });

  test('rank 0, zero-size tensors, escapes, metadata', () => {
    const { tensors, metadata } = parse(
      `{"__metadata__":{"a\\n":"\\u00e9"},"s":${entry('F32', '[]', '[0,4]')},"z":${entry('F32', '[0,7]', '[4,4]')}} `,
      4,
    );
    expect(tensors.get('s')).toEqual({ name: 's', dtype: 'F32', shape: [], begin: 0, end: 4 });
    expect(tensors.get('z')!.shape).toEqual([0, 7]);
    expect([...metadata]).toEqual([['a\n', 'é']]);
  });

  test('tensors listed in another order than their bytes come in the order of their bytes', () => {
    const json = `{"a":${entry('U8', '[2]', '[1,3]')},"b":${entry('U8', '[1]', '[0,1]')},"c":${entry('U8', '[0]', '[1,1]')}}`;
    expect([...parse(json, 3).tensors.keys()]).toEqual(['b', 'c', 'a']);
  });

  test('a zero-size tensor whose other extents would overflow after the zero', () => {
    expect(parse(`{"a":${entry('F32', '[0,9007199254740991,9]', '[0,0]')}}`).tensors.size).toBe(1);
  });

  test.each(dtypes)('dtype %s', (dtype) => {
    expect(parse(`{"a":${entry(dtype, '[8]', `[0,${bitsOfDtype[dtype]}]`)}}`, bitsOfDtype[dtype]).tensors.size).toBe(1);
  });

  test('text and numbers at any place of a long header', () => {
    const long = (name: string) => `"${name}":${entry('F32', '[0,123456789]', '[0,0]')}`;
    for (const name of ['a'.repeat(300_000), 'é'.repeat(300_000)])
      expect(parse(`{${long(name)}}`).tensors.has(name)).toBe(true);
    const body = `,${long('é\\n')}}`;
    for (let padding = 262_144 - body.length - 8; padding < 262_144; padding++) {
      const { tensors } = parse(`{${' '.repeat(padding)}${long('a')}${body}`);
      expect(tensors.get('é\n')!.shape).toEqual([0, 123456789]);
    }
  });

  test('names are only text', () => {
    const names = ['__proto__', 'constructor', '../../x', '<script>', '\u202e', '', 'CON', 'x'.repeat(10_000), '\0'];
    const members = names.map((name) => `${JSON.stringify(name)}:${entry('F32', '[0]', '[0,0]')}`);
    const { tensors } = parse(`{${members.join(',')}}`);
    expect([...tensors.keys()]).toEqual(names);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });
});

describe('refused', () => {
  test.each([
    ['nothing', '', 'nothing'],
    ['white space first', ' {}', '0x20'],
    ['a bare brace', '{', 'ends'],
    ['an array', '[]', '0x5b'],
    ['null', 'null', '0x6e'],
    ['a comma at the end', '{"a":{},}', 'lacks dtype'],
    ['text after the brace', '{} x', 'goes on'],
    ['a second object', '{}{}', 'goes on'],
    ['a number for a tensor', '{"a":1}', 'in tensor "a"'],
    ['null for a tensor', '{"a":null}', '"a"'],
    ['no colon', '{"a" 1}', '":"'],
    ['text without an end', '{"a', 'never ends'],
    ['an escape at the end', '{"a\\', 'never ends'],
    ['an invalid escape', '{"\\x":1}', 'invalid escape'],
    ['half a surrogate pair', '{"\\ud800":1}', 'surrogate'],
    ['a raw newline in text', '{"a\nb":1}', 'control character'],
    ['an unknown key', '{"a":{"dtype":"F32","extra":{}}}', '"extra"'],
    ['a missing shape', '{"a":{"dtype":"F32","data_offsets":[0,0]}}', 'lacks shape'],
    ['dtype twice', '{"a":{"dtype":"F32","dtype":"F32"}}', 'twice'],
    ['metadata of numbers', '{"__metadata__":{"a":1}}', '__metadata__'],
    ['metadata twice', '{"__metadata__":{},"__metadata__":{}}', 'twice'],
    ['a metadata key twice', '{"__metadata__":{"a":"","\\u0061":""}}', 'twice'],
  ])('%s', (_, json, reason) => {
    expect(refused(() => parse(json)).message).toContain(reason);
  });

  test.each([
    ['an unknown dtype', entry('F31', '[1]', '[0,4]'), 4, 'F31'],
    ['a dtype of another language', entry('__proto__', '[1]', '[0,4]'), 4, '__proto__'],
    ['reversed offsets', entry('F32', '[1]', '[4,0]'), 4, '[4,0]'],
    ['a negative offset', entry('F32', '[1]', '[-1,3]'), 4, '-1'],
    ['a fractional offset', entry('F32', '[1]', '[0,4.0]'), 4, '4.0'],
    ['an exponent', entry('F32', '[1]', '[0,4e0]'), 4, '4e0'],
    ['a leading zero', entry('F32', '[1]', '[0,04]'), 4, '04'],
    ['an offset of 2^53', entry('F32', '[1]', '[0,9007199254740992]'), 4, '9007199254740992'],
    ['an offset past the end', entry('F32', '[2]', '[0,8]'), 4, '[0,8]'],
    ['a hole at the start', entry('F32', '[1]', '[4,8]'), 8, '[4,8]'],
    ['one offset', entry('F32', '[1]', '[4]'), 4, '1 data_offsets'],
    ['three offsets', entry('F32', '[1]', '[0,4,4]'), 4, 'more than 2'],
    ['fewer bytes than the shape takes', entry('F32', '[2]', '[0,4]'), 4, '8 bytes'],
    ['a negative extent', entry('F32', '[-1]', '[0,4]'), 4, '-1'],
    ['a shape that overflows', entry('F32', '[94906266,94906266,4]', '[0,0]'), 0, 'overflows'],
    ['a shape that wraps around to 0', entry('U8', '[4294967296,4294967296]', '[0,0]'), 0, 'overflows'],
    ['an extent of 2^64', entry('U8', '[18446744073709551616]', '[0,0]'), 0, '18446744073709551616'],
    ['half a byte', entry('F4', '[3]', '[0,1]'), 1, '12 bits'],
    ['a rank of 33', entry('U8', `[${Array(33).fill(1)}]`, '[0,1]'), 1, 'more than 32'],
    ['trailing bytes', entry('F32', '[1]', '[0,4]'), 5, '1 trailing'],
  ])('%s', (_, json, dataBytes, value) => {
    expect(refused(() => parse(`{"layers.0.router":${json}}`, dataBytes)).message).toContain(value);
  });

  test('the tensor is named', () => {
    const error = refused(() => parse(`{"layers.0.router":${entry('F31', '[1]', '[0,4]')}}`, 4));
    expect(error.message).toContain('layers.0.router');
    expect(error.value).toBe('F31');
  });

  test('a name twice, also when spelt differently', () => {
    const empty = entry('F32', '[0]', '[0,0]');
    expect(refused(() => parse(`{"a":${empty},"\\u0061":${empty}}`)).message).toContain('"a" twice');
  });

  test('overlaps and holes between tensors', () => {
    const two = (first: string, second: string) =>
      `{"a":${entry('F32', '[1]', first)},"b":${entry('F32', '[1]', second)}}`;
    expect(parse(two('[0,4]', '[4,8]'), 8).tensors.size).toBe(2);
    expect(refused(() => parse(two('[0,4]', '[2,6]'), 6)).message).toContain('overlaps');
    expect(refused(() => parse(two('[0,4]', '[0,4]'), 4)).message).toContain('overlaps');
    expect(refused(() => parse(two('[0,4]', '[5,9]'), 9)).message).toContain('hole');
  });

  test('text that is not UTF-8', () => {
    const bytes = Uint8Array.from([...'{"a'].map((c) => c.charCodeAt(0)).concat(0xff, 0x22, 0x7d));
    expect(refused(() => parse(bytes)).message).toContain('UTF-8');
    const outside = Uint8Array.from([0x7b, 0xc3, 0x28, 0x7d]);
    expect(refused(() => parse(outside)).message).toContain('�');
  });

  test('a hostile name cannot reorder the sentence or fill the screen', () => {
    const { message } = refused(() => parse(`{"\u202e${'x'.repeat(100_000)}":1}`));
    expect(message).not.toContain('\u202e');
    expect(message.length).toBeLessThan(400);
  });
});

describe('refused within bounded time and memory', () => {
  test('100,000-deep nesting', () => {
    for (const open of ['[', '{"a":', '{"a":[', '{"a":{"shape":[']) {
      refused(() => parse(`{"a":${open.repeat(100_000)}`));
    }
  });

  test('a million tensors', () => {
    const members = Array.from({ length: 1_000_000 }, (_, i) => `"t${i}":${entry('U8', '[0]', '[0,0]')}`);
    expect(refused(() => parse(`{${members.join(',')}}`)).message).toContain(String(maximumTensors));
  });

  test('a million metadata keys', () => {
    const members = Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":""`);
    expect(refused(() => parse(`{"__metadata__":{${members.join(',')}}}`)).message).toContain(String(maximumTensors));
  });

  test('one endless name', () => {
    expect(refused(() => parse(`{"${'a'.repeat(maximumTextBytes + 1)}":1}`)).message).toContain('bytes of names');
  });

  test('a number of a million digits', () => {
    refused(() => parse(`{"a":{"shape":[${'9'.repeat(1_000_000)}]}}`));
  });
});

describe('any bytes', () => {
  const valid = `{"__metadata__":{"k":"v"},"a":${entry('F32', '[2,3]', '[0,24]')},"b":${entry('BF16', '[4]', '[24,32]')}}`;
  const acceptedOrRefused = (bytes: Uint8Array, dataBytes: number) => {
    let header: ReturnType<typeof parse>;
    try {
      header = parse(bytes, dataBytes);
    } catch (error) {
      expect(error).toBeInstanceOf(LabError);
      return;
    }
    let covered = 0;
    for (const { begin, end } of header.tensors.values()) {
      expect(begin).toBe(covered);
      covered = end;
    }
    expect(covered).toBe(dataBytes);
    // What is accepted is JSON to every other reader as well.
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    for (const name of header.tensors.keys()) expect(Object.hasOwn(json, name)).toBe(true);
  };

  test('a valid header with a few bytes changed', () => {
    const mutation = fc.tuple(
      fc.nat(valid.length - 1),
      fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[],:"019-.e\\'))),
    );
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const bytes = new TextEncoder().encode(valid);
        for (const [at, value] of mutations) bytes[at] = value;
        acceptedOrRefused(bytes, 32);
      }),
      fuzzing(3000),
    );
  });

  test('tokens of a header in any order', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"dtype"',
      '"shape"',
      '"data_offsets"',
      '"F32"',
      '0',
      '4',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        acceptedOrRefused(new TextEncoder().encode(`{${tokens.join('')}`), 0);
      }),
      fuzzing(3000),
    );
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(8), (json, dataBytes) =>
        acceptedOrRefused(new TextEncoder().encode(json), dataBytes),
      ),
      fuzzing(3000),
    );
  });
});
