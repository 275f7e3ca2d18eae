import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CorpusJob, TokenizerName } from '../../shared/worker-messages.ts';
import { openCorpus } from './corpus.ts';
import { prepareCorpus } from './prepare.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';
import { decode, loadTokenizer } from './tokenizers.ts';

const manyFiles = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`in/${i % 3}/${i}.txt`, `This is document ${i}. 漢字 👍🏽\n`]),
  );

function job(folder: string, change: Partial<CorpusJob> = {}): CorpusJob {
  const base = { tokenizer: 'bytes' as const, validationShare: 0.2, name: 'test' };
  return { ...base, sources: [{ path: join(folder, 'in') }], folder: join(folder, 'out'), ...change };
}

/** The texts of a prepared corpus, by split. */
async function texts(folder: string, tokenizerName: TokenizerName) {
  const corpus = openCorpus(folder);
  const tokenizer = await loadTokenizer(tokenizerName);
  const of = (split: 'train' | 'validation') => {
    const documents: string[] = [];
    let current: number[] = [];
    for (const token of corpus.readTokens(split, 0, corpus.tokens[split])) {
      if (token !== tokenizer.endOfDocument) current.push(token);
      else {
        documents.push(decode(tokenizer, current));
        current = [];
      }
    }
    expect(current).toEqual([]);
    return documents;
  };
  const result = { train: of('train'), validation: of('validation') };
  await corpus.verify();
  corpus.close();
  return result;
}

test.each(['bytes', 'gpt2', 'cl100k_base'] as const)(
  'every document comes out again, in one split (%s)',
  async (tokenizer) => {
    const files = manyFiles(60);
    const folder = temporaryFolder({ ...files, 'in/again.txt': files['in/1/7.txt'] as string, 'in/empty.txt': ' \n' });
    const description = await prepareCorpus(job(folder, { tokenizer }));
    const { train, validation } = await texts(join(folder, 'out'), tokenizer);
    expect([...train, ...validation].sort()).toEqual(Object.values(files).sort());
    expect(description.documents).toEqual({ train: train.length, validation: validation.length, duplicates: 1 });
    expect(validation.length).toBeGreaterThan(0);
    expect(description.skipped).toEqual({ 'empty documents': 1 });
    expect(Object.keys(description.domains).sort()).toEqual(['0', '1', '2']);
    const sum = (key: 'documents' | 'tokens' | 'bytes') =>
      Object.values(description.domains).reduce((total, domain) => total + domain[key], 0);
    expect(sum('documents')).toBe(60);
    expect(sum('tokens')).toBe(description.tokens.train + description.tokens.validation);
    expect(sum('bytes')).toBe(description.bytes);
    expect(description.bytes).toBe(Buffer.byteLength(Object.values(files).join('')));
  },
);

test('the hash is that of the content: the same twice, another when a byte, the tokenizer or a domain changes', async () => {
  const hashOf = async (files: Record<string, string>, change: Partial<CorpusJob> = {}) => {
    const folder = temporaryFolder(files);
    return (await prepareCorpus(job(folder, change))).hash;
  };
  const files = manyFiles(30);
  const hash = await hashOf(files);
  expect(await hashOf(files, { name: 'another name' })).toBe(hash);
  expect(await hashOf({ ...files, 'in/0/0.txt': 'This is document 1!' })).not.toBe(hash);
  expect(await hashOf(files, { tokenizer: 'gpt2' })).not.toBe(hash);
  expect(await hashOf(files, { validationShare: 0.4 })).not.toBe(hash);
  const { 'in/0/0.txt': moved, ...rest } = files;
  expect(await hashOf({ ...rest, 'in/3/0.txt': moved! })).not.toBe(hash);
});

test('a document stays in its split when others are added', async () => {
  const folder = temporaryFolder(manyFiles(60));
  await prepareCorpus(job(folder));
  const before = await texts(join(folder, 'out'), 'bytes');
  for (let i = 0; i < 20; i++) writeFileSync(join(folder, `in/0/new ${i}.txt`), `new ${i}`);
  await prepareCorpus(job(folder, { folder: join(folder, 'more') }));
  const after = await texts(join(folder, 'more'), 'bytes');
  expect(after.train).toEqual(expect.arrayContaining(before.train));
  expect(after.validation).toEqual(expect.arrayContaining(before.validation));
});

test('a single document is split at its tail', async () => {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(100);
  const folder = temporaryFolder({ 'in/a.txt': text });
  const description = await prepareCorpus(job(folder, { validationShare: 0.1 }));
  const { train, validation } = await texts(join(folder, 'out'), 'bytes');
  expect(train.join('') + validation.join('')).toBe(text);
  expect(description.tokens).toEqual({ train: 4052, validation: 450 });
  expect(description.documents).toEqual({ train: 1, validation: 1, duplicates: 0 });
  expect(description.domains).toEqual({ a: { documents: 2, tokens: 4502, bytes: 4500 } });
});

test('a BOM is no part of the text', async () => {
  const folder = temporaryFolder({ 'in/a.txt': '\uFEFFthe same text', 'in/b.txt': 'the same text' });
  expect((await prepareCorpus(job(folder))).documents.duplicates).toBe(1);
});

test.each([
  ['an empty file', { 'in/a.txt': '' }, 'hold no text (1 empty documents)'],
  ['white space', { 'in/a.txt': ' \n\t\n ' }, 'hold no text (1 empty documents)'],
  ['only a BOM', { 'in/a.txt': '\uFEFF' }, 'hold no text'],
  ['one byte', { 'in/a.txt': 'a' }, 'has 2 tokens, too few'],
  ['hidden files alone', { 'in/.a': 'text' }, 'hold no text (1 hidden files)'],
  [
    'a binary',
    { 'in/a.txt': 'good text', 'in/b.bin': Buffer.from([1, 2, 0, 3]) },
    'b.bin is not text: it holds a NUL byte at offset 2',
  ],
])('%s: refused, and nothing is left behind', async (_, files, message) => {
  const folder = temporaryFolder(files as Record<string, string | Buffer>);
  await expect(prepareCorpus(job(folder))).rejects.toThrow(message);
  expect(readdirSync(folder)).toEqual(['in']);
});

test('values out of range are refused before anything is read', async () => {
  const folder = temporaryFolder(manyFiles(3));
  for (const validationShare of [0, -1, 0.6, Number.NaN]) {
    await expect(prepareCorpus(job(folder, { validationShare }))).rejects.toMatchObject({
      code: 'corpus',
      field: 'validationShare',
    });
  }
  await expect(prepareCorpus(job(folder, { sources: [] }))).rejects.toMatchObject({ field: 'sources' });
  await expect(prepareCorpus(job(folder, { name: ' ' }))).rejects.toMatchObject({ field: 'name' });
});

test('an existing folder is never overwritten', async () => {
  const folder = temporaryFolder(manyFiles(10));
  const { hash } = await prepareCorpus(job(folder));
  await expect(prepareCorpus(job(folder, { tokenizer: 'gpt2' }))).rejects.toThrow('exists already');
  const corpus = openCorpus(join(folder, 'out'));
  expect(corpus.hash).toBe(hash);
  corpus.close();
});

test('what a killed preparation left is removed by the next; a running one is left alone', async () => {
  const folder = temporaryFolder(manyFiles(10));
  // No system gives a process this number.
  const ended = 2 ** 22 + 1;
  mkdirSync(join(folder, `.out.preparing-${ended}-abc`));
  mkdirSync(join(folder, `.out.preparing-${process.ppid}-abc`));
  await prepareCorpus(job(folder));
  expect(readdirSync(folder).sort()).toEqual([`.out.preparing-${process.ppid}-abc`, 'in', 'out']);
});

test('a preparation that is killed leaves no corpus, and the next one makes it', async () => {
  const folder = temporaryFolder(manyFiles(10));
  const program = `
    import { prepareCorpus } from ${JSON.stringify(new URL('./prepare.ts', import.meta.url).href)};
    await prepareCorpus(${JSON.stringify(job(folder))}, () => process.kill(process.pid, 'SIGKILL'));`;
  const killed = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  expect(killed.signal).toBe('SIGKILL');
  const left = readdirSync(folder).filter((name) => name !== 'in');
  expect(left).toEqual([expect.stringMatching(/^\.out\.preparing-/)]);
  await prepareCorpus(job(folder));
  expect(readdirSync(folder).sort()).toEqual(['in', 'out']);
});

test('progress counts bytes up to the whole', async () => {
  const folder = temporaryFolder(manyFiles(10));
  const seen: { phase: string; done: number; total: number }[] = [];
  const { bytes } = await prepareCorpus(job(folder), (progress) => seen.push(progress));
  expect(seen).toContainEqual({ phase: 'reading', done: bytes, total: bytes });
});

test('names that mean something to JavaScript are only text', async () => {
  const lines = ['__proto__', 'constructor', '2', '1'].map((domain, i) =>
    JSON.stringify({ text: `text ${i}`, domain }),
  );
  const folder = temporaryFolder({ 'in/a.jsonl': lines.join('\n') });
  const description = await prepareCorpus(job(folder, { sources: [{ path: join(folder, 'in'), domainBy: 'field' }] }));
  expect(Object.keys(description.domains).sort()).toEqual(['1', '2', '__proto__', 'constructor']);
  const corpus = openCorpus(join(folder, 'out'));
  expect(corpus.domains).toEqual(['__proto__', 'constructor', '2', '1']);
  expect(corpus.description).toEqual(description);
  corpus.close();
});

test('a thousand domains are the most', async () => {
  const lines = Array.from({ length: 1001 }, (_, i) => JSON.stringify({ text: `text ${i}`, domain: i }));
  const folder = temporaryFolder({ 'in/a.jsonl': lines.join('\n') });
  const sources = [{ path: join(folder, 'in'), domainBy: 'field' as const }];
  await expect(prepareCorpus(job(folder, { sources }))).rejects.toThrow('more than 1000 domains; the next is "1000"');
});
