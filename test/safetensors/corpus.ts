// Files that a reader of safetensors has to judge: the format's own examples, everything that can be wrong with one, and
// small changes at every place. The same bytes each time; ./reference.py says what the reference library makes of them.
import { bitsOfDtype, dtypes } from '../../src/worker/checkpoint/dtypes.ts';
import { entry, fileOf, plain, single, tokensOf } from './file-bytes.ts';

const { header, data } = plain;
const bytesOf = (text: string) => [...Buffer.from(text)];
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const spliced = (at: number, removed: number, inserted: readonly number[] = []) => {
  const bytes = bytesOf(header);
  bytes.splice(at, removed, ...inserted);
  return Buffer.from(bytes);
};
const places = range(header.length + 1);
const telling = [...bytesOf('{}[]",:\\/+-.eE01249aFUtn_ \t\n\r'), 0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xff];
const tokens = tokensOf(header);
const otherTokens = [...new Set([...tokens, '0', '1.0', '-1', 'null', 'true', '{}', '[]', '""', '"F64"'])];

const withTokens = (changed: readonly string[]) => fileOf(changed.join(''), data);

/** Files by family, in order. */
export const corpus: Readonly<Record<string, () => Buffer[]>> = {
  'a byte of the header replaced': () =>
    places.slice(1).flatMap((at) => telling.map((byte) => fileOf(spliced(at - 1, 1, [byte]), data))),
  'a byte put into the header': () =>
    places.flatMap((at) => telling.map((byte) => fileOf(spliced(at, 0, [byte]), data))),
  'bytes taken out of the header': () =>
    [1, 2, 3, 4].flatMap((count) => places.map((at) => fileOf(spliced(at, count), data))),
  'a bit flipped, the length included': () => {
    const whole = fileOf(header, data);
    return range(8 * (8 + header.length)).map((bit) => {
      const file = Buffer.from(whole);
      file[bit >> 3]! ^= 1 << (bit & 7);
      return file;
    });
  },
  'a token left out, repeated, moved or another': () =>
    tokens.flatMap((token, at) => [
      withTokens(tokens.toSpliced(at, 1)),
      withTokens(tokens.toSpliced(at, 0, token)),
      withTokens(tokens.toSpliced(at, 2, tokens[at + 1] ?? '', token)),
      ...otherTokens.map((other) => withTokens(tokens.toSpliced(at, 1, other))),
    ]),
  'white space and what resembles it, between tokens': () =>
    [' ', '\t', '\n', '\r', ' \n\t\r ', '\v', '\f', '\0', '\u00a0', '\u2028', '\ufeff', '//\n', '/**/'].flatMap(
      (space) => range(tokens.length + 1).map((at) => withTokens(tokens.toSpliced(at, 0, space))),
    ),
  'a length that lies': () => [
    ...range(header.length + data + 10).map((length) => fileOf(header, data, length)),
    ...[
      100_000_000n,
      100_000_001n,
      2n ** 31n,
      2n ** 32n,
      2n ** 53n + 1n,
      2n ** 63n,
      2n ** 64n - 8n,
      2n ** 64n - 1n,
    ].map((length) => fileOf(header, data, length)),
  ],
  'a file cut short, or too long': () => {
    const whole = fileOf(header, data + 8);
    return range(whole.length + 1).map((length) => whole.subarray(0, length));
  },
  'each element type, of as many elements and bytes': () =>
    dtypes.flatMap((dtype) =>
      range(13).flatMap((elements) => {
        const bytes = Math.ceil((elements * bitsOfDtype[dtype]) / 8);
        return [bytes - 1, bytes, bytes + 1]
          .filter((given) => given >= 0)
          .map((given) => single(`"${dtype}"`, `[${elements}]`, `[0,${given}]`, given));
      }),
    ),
  'element types that are none': () =>
    `F8_E3M4 F8_E4M3B11FNUZ F8_E4M3FN F8 F6 F6_E2M3FN F4_E2M1 MXFP4 I4 U4 I2 U2 I1 C32 C128 F128 F31 f32 bf16 BOOL8 bool FLOAT`
      .split(' ')
      .map((name) => `"${name}"`)
      .concat('""', '" F32"', '"F32 "', '"F32\\u0000"', '"\\u004632"', '"__proto__"', 'F32', 'null', '0', '["F32"]')
      .concat('{"F32":null}', '{"F32":1}', '{}', 'true')
      .map((dtype) => single(dtype, '[1]', '[0,4]', 4)),
  'tensors not as objects': () =>
    ['["F32",[1],[0,4]]', '["F32",[1]]', '["F32",[1],[0,4],0]', '[]', 'null', '0', '"F32"', 'true', '{}']
      .concat('[[],[1],[0,4]]', '{"dtype":"F32","shape":[1],"data_offsets":{"0":0,"1":4}}')
      .map((tensor) => fileOf(`{"a":${tensor}}`, 4)),
  'numbers of any form': () => {
    const numbers =
      `0 1 2 4 1.0 4.0 1e0 4e0 4E0 1e2 40e-1 -0 -0.0 -1 -4 +4 04 00 004 0x4 .5 4. 4.5 1_0 ٤ 4n NaN Infinity -Infinity
      1e400 1e-400 2147483647 2147483648 4294967295 4294967296 9007199254740991 9007199254740992 9007199254740993
      9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616 -9223372036854775808 "4" null true
      [4] {} [] 4,4 ,4 4,`.split(/\s+/);
    return [...numbers, '', '4'.repeat(400), `${'0'.repeat(400)}4`, `4.${'0'.repeat(400)}`].flatMap((number) => [
      single('"U8"', `[${number}]`, '[0,4]', 4),
      single('"U8"', '[4]', `[0,${number}]`, 4),
      single('"U8"', '[4]', `[${number},4]`, 4),
      single('"U8"', `[0,${number}]`, '[0,0]', 0),
      single('"U8"', `[${number},0]`, '[0,0]', 0),
      single('"F32"', `[${number},${number},0]`, '[0,0]', 0),
      single('"U8"', `[${number},${number}]`, '[0,0]', 0),
      single('"U8"', number, '[0,4]', 4),
      single('"U8"', '[0]', `[${number},${number}]`, 0),
    ]);
  },
  'shapes of any rank': () => [
    ...[0, 1, 2, 31, 32, 33, 100, 1000].flatMap((rank) => [
      single('"U8"', `[${Array(rank).fill(1)}]`, '[0,1]', 1),
      single('"F32"', `[${Array(rank).fill(0)}]`, '[0,0]', 0),
    ]),
    ...['[4294967296,4294967296]', '[94906266,94906266,4]', '[1125899906842624,0]', '[0,1125899906842624]'].flatMap(
      (shape) => ['"F32"', '"F4"', '"F6_E2M3"', '"C64"'].map((dtype) => single(dtype, shape, '[0,0]', 0)),
    ),
  ],
  'offsets of two tensors in 4 bytes': () =>
    range(5 ** 4).map((code) => {
      const [a, b, c, d] = [0, 1, 2, 3].map((digit) => Math.floor(code / 5 ** digit) % 5) as [
        number,
        number,
        number,
        number,
      ];
      const tensor = (begin: number, end: number) =>
        entry('"U8"', `[${Math.max(0, end - begin)}]`, `[${begin},${end}]`);
      return fileOf(`{"a":${tensor(a, b)},"b":${tensor(c, d)}}`, 4);
    }),
  'a number of data_offsets': () =>
    ['[]', '[0]', '[4]', '[0,4,4]', '[0,4,null]', '[[0,4]]', '{}', 'null', '"0,4"', '4'].map((offsets) =>
      single('"F32"', '[1]', offsets, 4),
    ),
  'keys of a tensor': () => {
    const members = ['"dtype":"F32"', '"shape":[1]', '"data_offsets":[0,4]'];
    const more = [
      '"dtype":"F32"',
      '"shape":[1]',
      '"data_offsets":[0,4]',
      '"x":0',
      '"":""',
      '"Dtype":"F32"',
      '"offsets":[0,4]',
    ]
      .concat('"x":{"y":[1,{"z":null}]}', '"x":1e400', '"x":"\\ud800"', '"__metadata__":{}', '"d\\u0074ype":"F32"')
      .concat('"x":0,"x":0', '"x":NaN', '"x":[1,]');
    const orders = [0, 1, 2].flatMap((first) =>
      [1, 2].map((step) => [first, (first + step) % 3, (first + 2 * step) % 3].map((index) => members[index]!)),
    );
    const all = [...orders, ...members.map((member) => members.filter((other) => other !== member))];
    const extended = [0, 1, 2, 3].flatMap((at) => more.map((member) => members.toSpliced(at, 0, member)));
    return [...all, ...extended].map((list) => fileOf(`{"a":{${list.join(',')}}}`, 4));
  },
  'text of any form, as a name, in the metadata, as a type': () =>
    texts().flatMap((text) => {
      const quoted = Buffer.concat([Buffer.from('"'), text, Buffer.from('"')]);
      const around = (before: string, after: string) =>
        Buffer.concat([Buffer.from(before), quoted, Buffer.from(after)]);
      return [
        fileOf(around('{', `:${entry('"U8"', '[1]', '[0,1]')}}`), 1),
        fileOf(around('{"__metadata__":{', ':"v"}}')),
        fileOf(around('{"__metadata__":{"k":', '}}')),
        fileOf(around('{"a":{"dtype":', ',"shape":[1],"data_offsets":[0,1]}}'), 1),
      ];
    }),
  'names and keys twice': () => {
    const [first, second] = [entry('"U8"', '[1]', '[0,1]'), entry('"U8"', '[1]', '[1,2]')];
    return [
      fileOf(`{"a":${first},"a":${first}}`, 1),
      fileOf(`{"a":${first},"a":${second}}`, 2),
      fileOf(`{"a":${second},"a":${first}}`, 1),
      fileOf(`{"a":${first},"\\u0061":${first}}`, 1),
      fileOf(`{"a":${first},"b":${second},"a":${first}}`, 2),
      fileOf('{"__metadata__":{},"__metadata__":{}}'),
      fileOf('{"__metadata__":{},"\\u005f_metadata__":{}}'),
      fileOf('{"__metadata__":{"k":"1","k":"2"}}'),
      fileOf('{"__metadata__":{"k":"1","\\u006b":"1"}}'),
    ];
  },
  'metadata of any form': () => {
    const values = [
      '{}',
      '{"k":"v"}',
      '{"":""}',
      '{"k":null}',
      '{"k":1}',
      '{"k":true}',
      '{"k":{}}',
      '{"k":["v"]}',
      'null',
    ]
      .concat(
        '[]',
        '""',
        '0',
        '[["k","v"]]',
        '{"format":"pt"}',
        '{"k":"v",}',
        '{k:"v"}',
        "{'k':'v'}",
        '{"__proto__":"v"}',
      )
      .concat('{"__metadata__":"v"}', entry('"F32"', '[0]', '[0,0]'));
    const tensor = `"a":${entry('"U8"', '[1]', '[0,1]')}`;
    return values.flatMap((value) => [
      fileOf(`{"__metadata__":${value}}`),
      fileOf(`{"__metadata__":${value},${tensor}}`, 1),
      fileOf(`{${tensor},"__metadata__":${value}}`, 1),
      fileOf(`{"__METADATA__":${value}}`),
    ]);
  },
  'headers that are other JSON, or none': () =>
    [
      '',
      ' ',
      '{}',
      '{ }',
      '{}  ',
      '{}\n',
      '{}\0',
      ' {}',
      '\t{}',
      '\n{}',
      '\ufeff{}',
      '{',
      '}',
      '[]',
      'null',
      '"a"',
      '0',
      '{}{}',
    ]
      .concat(
        '{} x',
        '{},',
        '{{}}',
        '{[]}',
        '{,}',
        '{"a"}',
        '{"a":}',
        '{"a":{}}',
        '{"a":{},}',
        '{:{}}',
        '{a:{}}',
        '{null:{}}',
      )
      .concat(
        '{0:{}}',
        '{"a":null}',
        "{'a':{}}",
        '//\n{}',
        '{}//',
        '<!-- -->{}',
        '[{}]',
        '\u2028{}',
        '\u00a0{}',
        '\\u007b}',
      )
      .map((text) => fileOf(text)),
  nesting: () =>
    [1, 2, 60, 126, 127, 128, 129, 1000, 20_000].flatMap((depth) =>
      (['[', '{"a":'] as const).flatMap((open) => {
        const deep = `${open.repeat(depth)}0${(open === '[' ? ']' : '}').repeat(depth)}`;
        const tensor = entry('"U8"', '[0]', '[0,0]');
        return [deep, open.repeat(depth), `{"a":${deep}}`, `{"a":${tensor.slice(0, -1)},"x":${deep}}}`]
          .concat(`{"a":${entry('"U8"', deep, '[0,0]')}}`, `{"__metadata__":${deep}}`)
          .map((text) => fileOf(text));
      }),
    ),
  'more than is read here': () => {
    const members = (text: string) =>
      range(100_001)
        .map((index) => `"${index}":${text}`)
        .join();
    return [members(entry('"U8"', '[0]', '[0,0]')), `"__metadata__":{${members('""')}}`]
      .concat(`"__metadata__":{"k":"${'v'.repeat(2 ** 25 + 1)}"}`)
      .map((text) => fileOf(`{${text}}`));
  },
  'files of other programs': () => [
    ...['', '1234567', '12345678', '{"metadata":{},"weight_map":{}}', '<!DOCTYPE html><html></html>'].map((text) =>
      Buffer.from(text),
    ),
    ...[
      `\x80\x04\x95\x10${'\0'.repeat(7)}}\x94`,
      '\x80\x02}q\0.',
      `PK\x03\x04\0\0\x08\x08${'\0'.repeat(20)}`,
      `GGUF\x03${'\0'.repeat(19)}`,
    ]
      .concat(
        `\x89HDF\r\n\x1a\n${'\0'.repeat(8)}`,
        `\x93NUMPY\x01\0v\0${' '.repeat(20)}`,
        '\x1f\x8b\x08\0\0\0\0\0\0\x03',
      )
      .concat(
        'version https://git-lfs.github.com/spec/v1\n',
        'SQLite format 3\0',
        `\x7fELF\x02\x01\x01${'\0'.repeat(20)}`,
      )
      .map((text) => Buffer.from(text, 'latin1')),
    ...[9, 10, 100].flatMap((length) => [Buffer.alloc(length), Buffer.alloc(length, 0xff), Buffer.alloc(length, 0x7b)]),
  ],
};

/** What stands between two quotation marks, valid or not. */
function texts(): Buffer[] {
  const written = [
    '',
    'a',
    ' ',
    '__proto__',
    'constructor',
    '__metadata__',
    '../../x',
    '<script>',
    '\u202e',
    '\u0085',
    '\x7f',
    'é',
    '😀',
  ]
    .concat(
      '\ufeff',
      '\ufffe',
      '\uffff',
      '\u2028',
      'a\u0301',
      '\\u0061',
      '\\u0000',
      '\\u00e9',
      '\\ud83d\\ude00',
      '\\ud83d',
      '\\ude00',
    )
    .concat(
      '\\ude00\\ud83d',
      '\\ud83dx',
      '\\ud83d\\u0061',
      '\\ud83d\\ud83d\\ude00',
      '\\u',
      '\\u00',
      '\\u00e',
      '\\u00g0',
      '\\U00e9',
    )
    .concat(
      '\\u{e9}',
      '\\x41',
      "\\'",
      '\\"',
      '\\\\',
      '\\/',
      '\\b\\f\\n\\r\\t',
      '\\v',
      '\\0',
      '\\a',
      '\\',
      '\t',
      '\n',
      '\0',
      '\x1f',
    )
    .concat(
      '\\u005f\\u005fmetadata__',
      'F3\\u0032',
      'U8',
      'U\\u0038',
      'x'.repeat(2000),
      '"',
      'a"b',
      '\\ud800\\udc00',
      '\\uDBFF\\uDFFF',
    );
  const invalid = [
    [0xff],
    [0xc3],
    [0xc3, 0x28],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xed, 0xbf, 0xbf],
  ].concat([
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xf0, 0x9f, 0x98],
    [0x80],
    [0xe9],
    [0xfe, 0xff],
  ]);
  return [...written.map((text) => Buffer.from(text)), ...invalid.map((bytes) => Buffer.from(bytes))];
}
