// Any safetensors file: a valid one of a few tensors, and up to four faults of any kind, in its JSON or in its bytes.
import fc from 'fast-check';
import { bitsOfDtype, dtypes } from '../../src/worker/checkpoint/dtypes.ts';
import { dataOf, tokensOf } from './file-bytes.ts';

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'layers.0.router',
    '__proto__',
    '../../x',
    '',
    '\\u0061',
    'é',
    '\\ud83d\\ude00',
    '\\ud83d',
    '\u202e',
  ),
  fc.string({ maxLength: 3 }).map((text) => JSON.stringify(text).slice(1, -1)),
);

const tensor = fc.record({
  name,
  dtype: fc.constantFrom(...dtypes),
  shape: fc.array(fc.constantFrom(1, 2, 0, 4, 3, 8), { maxLength: 3 }),
  order: fc.nat(5),
});

/** A valid header, but for names that may be there twice. */
const header = fc
  .record({
    tensors: fc.array(tensor, { maxLength: 3 }),
    metadata: fc.option(fc.array(fc.tuple(name, name), { maxLength: 2 })),
    reversed: fc.boolean(),
    space: fc.constantFrom('', '', ' ', '  ', '\n'),
  })
  .map(({ tensors, metadata, reversed, space }) => {
    let end = 0;
    const members = tensors.map(({ name, dtype, shape, order }) => {
      const begin = end;
      end += Math.ceil((shape.reduce<number>((product, extent) => product * extent, 1) * bitsOfDtype[dtype]) / 8);
      const fields = [`"dtype":"${dtype}"`, `"shape":[${shape}]`, `"data_offsets":[${begin},${end}]`];
      const first = fields.splice(order % 3, 1)[0]!;
      return `"${name}":{${[first, ...(order > 2 ? fields.reverse() : fields)].join(',')}}`;
    });
    if (reversed) members.reverse();
    if (metadata) members.push(`"__metadata__":{${metadata.map(([key, value]) => `"${key}":"${value}"`).join(',')}}`);
    return { json: `{${members.join(`,${space}`)}}${space}`, data: end };
  })
  // The library's first byte of a tensor says where it begins only within 256 bytes.
  .filter(({ data }) => data < 256);

const token = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"__metadata__"',
    '"dtype"',
    '"shape"',
    '"data_offsets"',
    '"F32"',
    '"U8"',
    '"F4"',
  ],
  ...[
    '0',
    '1',
    '2',
    '4',
    '8',
    '-0',
    '-1',
    '1.0',
    '1e1',
    '01',
    '9007199254740993',
    '18446744073709551616',
    'null',
    'true',
  ],
  ...[' ', '\n', '""', '{}', '[]'],
);

type Change = (bytes: Buffer) => Buffer;

const inTokens = fc.tuple(fc.nat(), fc.nat(2), token).map(
  ([at, removed, put]): Change =>
    (bytes) => {
      const tokens = tokensOf(bytes.toString('latin1')) ?? [];
      return Buffer.from(tokens.toSpliced(at % (tokens.length + 1), removed, put).join(''), 'latin1');
    },
);

const inBytes = fc.tuple(fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 3 })).map(
  ([at, removed, put]): Change =>
    (bytes) =>
      Buffer.from([...bytes].toSpliced(at % (bytes.length + 1), removed, ...put)),
);

const faults = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.array(fc.oneof(inTokens, inBytes), { minLength: 1, maxLength: 3 }) },
);

/** How many bytes more, or fewer, follow than the header says, and how long it says that it is. */
const ends = fc.oneof(
  { weight: 8, arbitrary: fc.constant([0, 0]) },
  fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -9, max: 9 })),
);

export const randomFile: fc.Arbitrary<Buffer> = fc
  .tuple(header, faults, ends)
  .map(([{ json, data }, changes, [more, lie]]) => {
    const text = changes.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(json));
    const prefix = Buffer.alloc(8);
    prefix.writeBigInt64LE(BigInt(text.length + lie!));
    return Buffer.concat([prefix, text, dataOf(Math.max(0, data + more!))]);
  });
