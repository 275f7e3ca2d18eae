// Bytes of any kind, cut anywhere, and files that change under the reader: the text is that of the whole, or the refusal names the byte.
import { appendFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import { chunkBytes } from './files.ts';
import { documents, readText } from './sources.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';
import { decode, encode, loadTokenizer } from './tokenizers.ts';
import { type TextFault, Utf8Reader } from './utf8.ts';

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }));

const encoded = fc
  .tuple(anyText, fc.constantFrom('utf8', 'utf8', 'utf16le', 'utf16be', 'latin1'))
  .map(([text, encoding]) => {
    if (encoding === 'utf16be') return Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
    return Buffer.from(text, encoding as BufferEncoding);
  });

const damaged = fc
  .tuple(encoded, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }))
  .map(([bytes, changes]) => {
    const copy = Buffer.from(bytes);
    for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
    return copy;
  });

const anyBytes = fc.oneof(
  damaged,
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  encoded.map((bytes) => Buffer.concat([Buffer.from('\uFEFF'), bytes])),
);

/** Refused as by a reference that sees all of the bytes at once. */
function reference(bytes: Buffer): string | { offset: number; kinds: TextFault['kind'][] } {
  if (bytes.length > 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)))
    return { offset: 0, kinds: ['UTF-16'] };
  const strict = () => new TextDecoder('utf-8', { fatal: true });
  let valid = bytes.length;
  for (; valid > 0; valid--) {
    try {
      strict().decode(bytes.subarray(0, valid));
      break;
    } catch {}
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0 && nul < valid) return { offset: nul, kinds: ['NUL', 'UTF-16'] };
  return valid < bytes.length ? { offset: valid, kinds: ['byte'] } : strict().decode(bytes);
}

test('any bytes in any pieces are the text of the whole, or refused with the offset of the first byte that is none', () => {
  fc.assert(
    fc.property(anyBytes, fc.array(fc.nat(200), { maxLength: 8 }), (bytes, cuts) => {
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      let fault: TextFault | null = null;
      const reader = new Utf8Reader('a.txt', 0, (found) => {
        fault = found;
        return new LabError('corpus', 'refused');
      });
      let text = '';
      try {
        for (let i = 1; i < places.length; i++) {
          const piece = reader.push(bytes.subarray(places[i - 1], places[i]));
          expect(piece.isWellFormed()).toBe(true);
          text += piece;
        }
        text += reader.end();
      } catch (thrown) {
        if (!(thrown instanceof LabError)) throw thrown;
      }
      const expected = reference(bytes);
      if (typeof expected === 'string') {
        expect(fault).toBeNull();
        expect(text).toBe(expected);
      } else {
        expect(fault).toMatchObject({ offset: expected.offset });
        expect(expected.kinds).toContain(fault!.kind);
      }
    }),
    fuzzing(2000),
  );
});

test.each(['bytes', 'gpt2', 'cl100k_base'] as const)(
  'what a file holds is what its tokens spell (%s)',
  async (name) => {
    const tokenizer = await loadTokenizer(name);
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 400 }), (text, times) => {
        const long = text.repeat(times);
        expect(decode(tokenizer, encode(tokenizer, long))).toBe(long);
      }),
      fuzzing(60),
    );
  },
);

const changes: Record<string, (path: string) => void> = {
  grows: (path) => appendFileSync(path, 'more'),
  shrinks: (path) => truncateSync(path, 10),
  'is emptied': (path) => truncateSync(path, 0),
  'is written over': (path) => writeFileSync(path, Buffer.alloc(3 * chunkBytes, 'b')),
  'is removed': (path) => rmSync(path),
  'is replaced': (path) => {
    writeFileSync(`${path}.new`, Buffer.alloc(3 * chunkBytes, 'b'));
    renameSync(`${path}.new`, path);
  },
};

test.each(Object.entries(changes))('a file that %s while it is read is read as it was, or refused', (_, change) => {
  const content = 'a'.repeat(3 * chunkBytes);
  for (const after of [1, 2, 3]) {
    const path = join(temporaryFolder({ 'a.txt': content }), 'a.txt');
    utimesSync(path, 1, 1);
    const pieces = readText(path, { read() {} });
    let text = '';
    for (let piece = 0; piece < after; piece++) text += pieces.next().value;
    change(path);
    try {
      for (const piece of pieces) text += piece;
      expect(text === content).toBe(true);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(LabError);
      expect((thrown as LabError).message).toContain('changed while it was read');
    }
  }
});

test('any lines of a .jsonl file are documents, or refused as corpus text with their place', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
    fc.constant('[').map((open) => open.repeat(20_000)),
  );
  const line = fc.oneof(
    fc
      .dictionary(fc.constantFrom('text', 'domain', '__proto__', 'constructor', 'x'), value, { noNullPrototype: true })
      .map((one) => JSON.stringify(one)),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      `{"text":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      `{"text":"a","domain":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      '{"text":"\\ud800"}',
      '{"text":"a"} x',
      '\0',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const folder = temporaryFolder({ 'a.jsonl': lines.join(end) });
      try {
        const sources = [{ path: folder, domainBy: 'field' as const }];
        for (const { text, domain } of documents(sources, { skip() {}, read() {} })) {
          expect([...text].join('').isWellFormed()).toBe(true);
          expect(domain.length).toBeLessThanOrEqual(200);
        }
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(LabError);
        expect((thrown as LabError).code).toBe('corpus');
        expect((thrown as LabError).message).toMatch(/offset \d+|a domain label has/);
      }
    }),
    fuzzing(200),
  );
});
