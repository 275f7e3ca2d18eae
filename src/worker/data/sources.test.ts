import { execFileSync } from 'node:child_process';
import { appendFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { CorpusSource } from '../../shared/worker-messages.ts';
import { chunkBytes } from './files.ts';
import { longestLine } from './json-lines.ts';
import { documents, readText, totalBytes } from './sources.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

function read(...sources: CorpusSource[]) {
  const skipped: string[] = [];
  let bytes = 0;
  const listener = {
    skip: (reason: string) => skipped.push(reason),
    read: (more: number) => {
      bytes += more;
    },
  };
  const all = Array.from(documents(sources, listener), ({ place, domain, text }) => ({
    place,
    domain,
    text: [...text].join(''),
  }));
  return { all, texts: all.map(({ text }) => text), domains: all.map(({ domain }) => domain), skipped, bytes };
}

test('a folder is read depth first by name, its uppermost folders are the domains', () => {
  const path = temporaryFolder({ 'b/z.txt': 'bz', 'b/a/x.md': 'bax', 'a/y.txt': 'ay', 'B.txt': 'B', '.hidden': 'no' });
  const { texts, domains, skipped, bytes } = read({ path });
  expect(texts).toEqual(['B', 'ay', 'bax', 'bz']);
  expect(domains).toEqual(['B', 'a', 'b', 'b']);
  expect(skipped).toEqual(['hidden files']);
  expect(bytes).toBe(totalBytes([{ path }]));
});

test('domains by extension, by a fixed label, by a file that is the source', () => {
  const path = temporaryFolder({ 'a.TXT': 'a', 'b.md': 'b', LICENSE: 'c' });
  expect(read({ path, domainBy: 'extension' }).domains).toEqual(['no extension', '.txt', '.md']);
  expect(read({ path, domainBy: 'none', domain: 'mine' }).domains).toEqual(['mine', 'mine', 'mine']);
  expect(read({ path: join(path, 'b.md') }).domains).toEqual(['b']);
});

test('a .jsonl file gives a document a line, with the named fields', () => {
  const lines = ['{"text": "one", "kind": "x"}', '', '{"text": "two\\nlines", "kind": 7}', '{"text": "", "body": "b"}'];
  const path = join(temporaryFolder({ 'a.jsonl': `\uFEFF${lines.join('\r\n')}` }), 'a.jsonl');
  const { texts, domains } = read({ path, domainBy: 'field', domainField: 'kind' });
  expect(texts).toEqual(['one', 'two\nlines', '']);
  expect(domains).toEqual(['x', '7', 'no field']);
  expect(read({ path }).domains).toEqual(['a', 'a', 'a']);
});

test.each([
  ['{"text": "a"}\n{"text": broken}\n', 'line 2 at byte offset 14: this is not JSON'],
  ['{"text": "a"}\n\n[1]\n', 'line 3 at byte offset 15: this is JSON but not an object'],
  ['{"body": "a"}', 'line 1 at byte offset 0: the field "text" is missing'],
  ['{"text": "é"}\n{"text": 5}', 'line 2 at byte offset 15: the field "text" is not a text'],
  ['{"text": "\\ud800"}', 'half of a surrogate pair'],
  ['null', 'not an object'],
  ['{"__proto__": {"text": "inherited"}}', 'the field "text" is missing'],
])('the line %j is refused with its place', (content, message) => {
  const path = join(temporaryFolder({ 'a.jsonl': content }), 'a.jsonl');
  expect(() => read({ path })).toThrow(message);
});

test('invalid UTF-8 in a .jsonl file is refused with its offset in the file', () => {
  const content = Buffer.concat([Buffer.from('{"text": "a"}\n{"text": "'), Buffer.from([0xff]), Buffer.from('"}')]);
  const path = join(temporaryFolder({ 'a.jsonl': content }), 'a.jsonl');
  expect(() => read({ path })).toThrow('the byte 0xff at offset 24');
});

test('a .jsonl line that is too long to parse is refused before it is held', () => {
  const path = join(temporaryFolder({ 'a.jsonl': Buffer.alloc(longestLine + 2, 'x') }), 'a.jsonl');
  expect(() => read({ path })).toThrow(`line 1 at byte offset 0: the line is longer than ${longestLine} bytes`);
});

test('a character split at a chunk’s edge stays whole', () => {
  for (let shift = 0; shift < 4; shift++) {
    const content = `${'x'.repeat(chunkBytes - shift)}👩‍👧é`;
    const path = temporaryFolder({ 'a.txt': content });
    expect(read({ path }).texts).toEqual([content]);
  }
});

test('binary, NULs, UTF-16 and invalid UTF-8 are refused with file and byte offset', () => {
  const late = Buffer.alloc(chunkBytes + 10, 'a');
  late[chunkBytes + 5] = 0;
  const cases: [Buffer, string][] = [
    [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]), 'offset 0 '],
    [late, `NUL byte at offset ${chunkBytes + 5}`],
    [Buffer.from('\uFEFFtext', 'utf16le'), 'UTF-16'],
    [Buffer.from([0x61, 0xe9, 0x61]), 'the byte 0xe9 at offset 1'],
  ];
  for (const [content, message] of cases) {
    const path = join(temporaryFolder({ 'odd.txt': content }), 'odd.txt');
    expect(() => read({ path })).toThrow(message);
    expect(() => read({ path })).toThrow(path);
  }
});

test('a file that is truncated or grows while it is read is refused', () => {
  const path = join(temporaryFolder({ 'a.txt': Buffer.alloc(3 * chunkBytes, 'a') }), 'a.txt');
  const interfere = (change: () => void) => {
    const pieces = readText(path, { read() {} });
    pieces.next();
    change();
    return () => [...pieces];
  };
  expect(interfere(() => appendFileSync(path, 'more'))).toThrow(
    'changed while it was read: it went from 786432 to 786436',
  );
  expect(interfere(() => truncateSync(path, chunkBytes))).toThrow(`ended at byte offset ${chunkBytes}`);
});

test('symbolic link loops are walked once and counted; a link to nothing is reported', () => {
  const path = temporaryFolder({ 'folder/a.txt': 'a' });
  symlinkSync('..', join(path, 'folder', 'up'));
  symlinkSync('itself', join(path, 'itself'));
  const { texts, skipped } = read({ path });
  expect(texts).toEqual(['a']);
  expect(skipped).toEqual(['symbolic link loops', 'symbolic link loops']);
  symlinkSync('nowhere', join(path, 'dangling'));
  expect(() => read({ path })).toThrow('dangling does not exist, or is a link to nothing');
});

test.skipIf(process.platform === 'win32')('pipes and devices are refused, and nobody waits for them', () => {
  const path = temporaryFolder();
  execFileSync('mkfifo', [join(path, 'pipe')]);
  expect(() => read({ path })).toThrow('pipe is a pipe');
  expect(() => [...readText(join(path, 'pipe'), { read() {} })]).toThrow('pipe is a pipe');
  expect(() => read({ path: '/dev/zero' })).toThrow('/dev/zero is a device');
});

test.skipIf(process.platform !== 'linux')('a name that is not UTF-8 is refused and told, not lost', () => {
  const path = temporaryFolder({ 'a.txt': 'a' });
  writeFileSync(Buffer.concat([Buffer.from(`${path}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]), 'text');
  expect(() => read({ path })).toThrow('holds a file whose name is not UTF-8: "café.txt" in Latin-1');
});

test('what is packed is no text', () => {
  const path = join(temporaryFolder({ 'a.jsonl.gz': gzipSync('{"text":"a"}') }), 'a.jsonl.gz');
  expect(() => read({ path })).toThrow('the byte 0x8b at offset 1');
});

test('what does not exist is refused by name', () => {
  expect(() => read({ path: '/no/such/folder' })).toThrow('/no/such/folder does not exist');
  expect(() => totalBytes([{ path: '/no/such/folder' }])).toThrow('/no/such/folder does not exist');
});

test('a label is bounded', () => {
  const path = join(temporaryFolder({ 'a.jsonl': JSON.stringify({ text: 'a', domain: 'd'.repeat(201) }) }), 'a.jsonl');
  expect(() => read({ path, domainBy: 'field' })).toThrow('1 to 200 characters, and this one 201');
});
