import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCorpus } from './corpus.ts';
import { prepareCorpus } from './prepare.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

async function prepared(tokenizer: 'bytes' | 'cl100k_base' = 'bytes'): Promise<string> {
  const files = Array.from({ length: 30 }, (_, i) => [`in/${i % 2 ? 'odd' : 'even'}/${i}.txt`, `document ${i}`]);
  const folder = temporaryFolder(Object.fromEntries(files));
  const sources = [{ path: join(folder, 'in') }];
  await prepareCorpus({ sources, tokenizer, validationShare: 0.3, folder: join(folder, 'out'), name: 'test' });
  return join(folder, 'out');
}

test('the domain of a token is that of its document, its end included', async () => {
  const corpus = openCorpus(await prepared());
  for (const split of ['train', 'validation'] as const) {
    const tokens = corpus.readTokens(split, 0, corpus.tokens[split]);
    const all = corpus.domainsOf(split, 0, tokens.length);
    let start = 0;
    for (let i = 0; i < tokens.length; i++) {
      expect(all[i]).toBe(corpus.domainAt(split, i));
      if (tokens[i] !== 256) continue;
      const number = Number(Buffer.from(tokens.subarray(start, i)).toString().slice('document '.length));
      const expected = corpus.domains.indexOf(number % 2 ? 'odd' : 'even');
      expect(new Set(all.subarray(start, i + 1))).toEqual(new Set([expected]));
      start = i + 1;
    }
  }
  corpus.close();
});

test('tokens are read from any place, and not from outside', async () => {
  const corpus = openCorpus(await prepared('cl100k_base'));
  const all = corpus.readTokens('train', 0, corpus.tokens.train);
  expect(corpus.readTokens('train', 7, 5)).toEqual(all.slice(7, 12));
  expect(corpus.readTokens('train', corpus.tokens.train, 0)).toEqual(new Int32Array(0));
  expect(() => corpus.readTokens('train', corpus.tokens.train - 1, 2)).toThrow(RangeError);
  expect(() => corpus.readTokens('train', -1, 2)).toThrow(RangeError);
  expect(() => corpus.domainAt('train', corpus.tokens.train)).toThrow(RangeError);
  corpus.close();
});

test('a changed byte is found by verification', async () => {
  for (const file of ['train.tokens', 'validation.documents']) {
    const folder = await prepared();
    const bytes = readFileSync(join(folder, file));
    const at = file === 'train.tokens' ? 4 : bytes.length - 4;
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(join(folder, file), bytes);
    const corpus = openCorpus(folder);
    await expect(corpus.verify()).rejects.toThrow('is damaged, or of another version: its content hashes to');
    corpus.close();
  }
});

test.each<[string, (folder: string) => void, string]>([
  ['a cut token file', (f) => truncateSync(join(f, 'train.tokens'), 10), 'train.tokens has 10 bytes instead of'],
  ['a grown document file', (f) => appendFileSync(join(f, 'train.documents'), 'x'), 'train.documents has'],
  [
    'documents out of order',
    (f) => writeFileSync(join(f, 'train.documents'), Buffer.alloc(readFileSync(join(f, 'train.documents')).length)),
    'document 0 (end 0, domain 0) is out of order',
  ],
  ['a missing file', (f) => rmSync(join(f, 'validation.tokens')), 'validation.tokens'],
  ['no description', (f) => rmSync(join(f, 'corpus.json')), 'holds no prepared corpus'],
  ['a description that is no JSON', (f) => writeFileSync(join(f, 'corpus.json'), '{'), 'is damaged'],
  ['a newer version', (f) => edit(f, (d) => ({ ...d, version: 2 })), 'corpus.json: version:'],
  [
    'a count that is none',
    (f) => edit(f, (d) => ({ ...d, tokens: { train: 1.5, validation: 3 } })),
    'corpus.json: tokens.train:',
  ],
  ['a huge description', (f) => writeFileSync(join(f, 'corpus.json'), ' '.repeat(2 ** 23)), 'too large'],
])('%s is refused', async (_, damage, message) => {
  const folder = await prepared();
  damage(folder);
  expect(() => openCorpus(folder)).toThrow(message);
});

test('a token beyond the vocabulary is refused when it is read', async () => {
  const folder = await prepared();
  const bytes = readFileSync(join(folder, 'train.tokens'));
  bytes.writeUInt16LE(257, 6);
  writeFileSync(join(folder, 'train.tokens'), bytes);
  const corpus = openCorpus(folder);
  expect(() => corpus.readTokens('train', 0, 10)).toThrow('token 3 of train is 257, beyond the vocabulary');
  corpus.close();
});

function edit(folder: string, change: (description: Record<string, unknown>) => Record<string, unknown>): void {
  const path = join(folder, 'corpus.json');
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}
