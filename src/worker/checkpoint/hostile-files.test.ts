// Files that try to fill the time or the memory of who opens them, each opened by a process of its own, whose memory is measured.
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { peakMemory } from '../../../test/peak-memory.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { maximumHeaderBytes } from './safetensors-header.ts';

/** Megabytes beyond the 50 of Node itself. */
const mostMemory = 150;

const ways = {
  header: [
    { openSafetensors: new URL('./safetensors-read.ts', import.meta.url) },
    (path: string) => `(await openSafetensors(${path})).close()`,
  ],
  checkpoint: [
    { openCheckpoint: new URL('./checkpoint-folder.ts', import.meta.url) },
    (path: string) => `(await openCheckpoint(${path})).close()`,
  ],
  inspection: [
    { inspectModel: new URL('../inspect/inspect-model.ts', import.meta.url) },
    (path: string) => `for await (const event of inspectModel([${path}]));`,
  ],
} as const;

/** Opens the path in a process of its own. SIMBAL_SHOW_COST shows what it took. */
function alone(way: keyof typeof ways, path: string): { refused: { name: string; message: string } | null } {
  const [imports, open] = ways[way];
  const body = `
    const start = performance.now();
    let refused = null;
    try { ${open(JSON.stringify(path))} } catch ({ name, message }) { refused = { name, message }; }
    console.log(JSON.stringify({ refused, milliseconds: Math.round(performance.now() - start) }));`;
  const { megabytes, output } = peakMemory(imports, body);
  const { refused, milliseconds } = JSON.parse(output);
  const { currentTestName } = expect.getState();
  if (process.env.SIMBAL_SHOW_COST) console.log(`${currentTestName}: ${milliseconds} ms, ${Math.round(megabytes)} MB`);
  expect(megabytes).toBeLessThan(mostMemory);
  return { refused };
}

interface Header {
  start: string;
  piece: (index: number) => string;
  bytes?: number;
  /** Of one byte a character. */
  end?: string;
}

/** A file of a header alone: its start, pieces until it has so many bytes, its end. */
function fileOf({ start, piece, bytes = maximumHeaderBytes, end = '' }: Header): string {
  const path = join(temporaryFolder(), 'file.safetensors');
  const handle = openSync(path, 'w');
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(bytes));
  writeSync(handle, prefix);
  let text = start;
  for (let index = 0, written = 0; written < bytes; index++) {
    text += piece(index);
    if (text.length < 1 << 20) continue;
    written += writeSync(handle, text);
    text = '';
  }
  closeSync(handle);
  truncateSync(path, 8 + bytes - end.length);
  writeFileSync(path, end, { encoding: 'latin1', flag: 'a' });
  return path;
}

const weightMap = (count: number, name: (index: number) => string) =>
  `{"weight_map":{${Array.from({ length: count }, (_, index) => `"${name(index)}":"a.safetensors"`).join()}}}`;

/** A valid file without a tensor. */
const smallest = Buffer.from('\x02\0\0\0\0\0\0\0{}', 'latin1');

const member = (key: string, index: number) => `"${key}${index}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`;

describe('refused in little memory', () => {
  test.each<[string, string, Header]>([
    ['zeros', 'starts with 0x00', { start: '', piece: () => '\0'.repeat(1 << 20) }],
    ['nested lists', 'in tensor "a"', { start: '{"a":', piece: () => '['.repeat(1 << 20) }],
    ['nested objects', 'in tensor "a"', { start: '{', piece: () => '"a":{'.repeat(1 << 18) }],
    ['nested shapes', 'in tensor "a"', { start: '{"a":{"shape":', piece: () => '['.repeat(1 << 20) }],
    ['nested metadata', '"__metadata__"', { start: '{"__metadata__":{"a":', piece: () => '{"a":'.repeat(1 << 18) }],
    ['one name', 'bytes of names', { start: '{"', piece: () => 'a'.repeat(1 << 20) }],
    ['one name of escapes', 'bytes of names', { start: '{"', piece: () => '\\u0061'.repeat(1 << 17) }],
    [
      'one name, not UTF-8 at its end',
      'UTF-8',
      { start: '{"', piece: () => 'é'.repeat(1 << 19), bytes: 30 << 20, end: '\xff"' },
    ],
    ['one number', '2^53', { start: '{"a":{"shape":[', piece: () => '9'.repeat(1 << 20) }],
    ['a shape without an end', 'more than 32', { start: '{"a":{"shape":[1', piece: () => ',1'.repeat(1 << 19) }],
    [
      'a million tensors',
      'more than 100000',
      { start: '{', piece: (index) => member('tensor', index), bytes: 62_000_000, end: '"z":{}}' },
    ],
    ['tensors of long names', 'bytes of names', { start: '{', piece: (index) => member('n'.repeat(1000), index) }],
    [
      'a million keys',
      'more than 100000',
      { start: '{"__metadata__":{', piece: (index) => `"key ${index}":"",`, bytes: 17_000_000 },
    ],
    [
      'metadata',
      'bytes of names',
      { start: '{"__metadata__":{', piece: (index) => `"${index}":"${'é'.repeat(1000)}",` },
    ],
    [
      'escaped metadata',
      'bytes of names',
      { start: '{"__metadata__":{', piece: (index) => `"${index}":"${'\\n'.repeat(1000)}",` },
    ],
    ['commas', '","', { start: '{', piece: () => ','.repeat(1 << 20) }],
    ['white space, and nothing else', 'ends', { start: '{', piece: () => ' '.repeat(1 << 20) }],
  ])('a header of %s', (_, reason, header) => {
    const { refused } = alone('header', fileOf(header));
    expect(refused).toMatchObject({ name: 'LabError', message: expect.stringContaining(reason) });
  });

  test.each([
    ['half a million tensors', 'more than 200000 values', () => weightMap(500_000, (index) => `t${index}`)],
    ['tensors of long names', 'tensor "xxx', () => weightMap(14_000, (index) => `${'x'.repeat(1100)}${index}`)],
    ['lists in lists', 'JSON', () => `{"weight_map":${'['.repeat(150_000)}`],
    ['empty objects', '200000 values', () => `{"weight_map":[${'{},'.repeat(5_000_000)}{}]}`],
    ['one long text', 'no "weight_map"', () => `{"weight_map":"${'\\n'.repeat(8_000_000)}"}`],
    ['a million tensors', 'at most 16777216', () => weightMap(1_000_000, (index) => `t${index}`)],
  ])('an index of %s', (_, reason, text) => {
    const folder = temporaryFolder({ 'model.safetensors.index.json': text(), 'a.safetensors': smallest });
    const { refused } = alone('inspection', folder);
    expect(refused).toMatchObject({ name: 'LabError', message: expect.stringContaining(reason) });
  });

  test('a state.json of 16 MB', () => {
    const text = `{"sha256":"${'0'.repeat(64)}","state":{"format":"simbal-checkpoint","x":[${'[],'.repeat(5_000_000)}[]]}}`;
    const folder = temporaryFolder({ 'state.json': text });
    const { refused } = alone('checkpoint', folder);
    expect(refused).toMatchObject({ name: 'LabError', message: expect.stringContaining('at most 1048576') });
  });
});

test('a header of 100 MB, nearly all of it padding, is read in little memory', () => {
  const { refused } = alone('header', fileOf({ start: '{}', piece: () => ' '.repeat(1 << 20) }));
  expect(refused).toBeNull();
});
