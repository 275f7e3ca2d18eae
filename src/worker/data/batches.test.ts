import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type DataOrder, dataHash, trainBatch, validationBatches, windowCount } from './batches.ts';
import { type Corpus, openCorpus } from './corpus.ts';
import { prepareCorpus } from './prepare.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

/** A corpus in which every position can be told: its text counts. */
async function counting(numbers: number): Promise<Corpus> {
  const text = Array.from({ length: numbers }, (_, i) => String(i).padStart(7, '0')).join(' ');
  const folder = temporaryFolder({ 'in/a/one.txt': text, 'in/b/two.txt': `${text}!` });
  const sources = [{ path: join(folder, 'in') }];
  const job = {
    sources,
    tokenizer: 'bytes' as const,
    validationShare: 0.1,
    folder: join(folder, 'out'),
    name: 'counting',
  };
  await prepareCorpus(job);
  const corpus = openCorpus(job.folder);
  onTestFinished(() => corpus.close());
  return corpus;
}

const order: DataOrder = { seed: 7, batch: 3, context: 16, accumulate: 2 };
const rowsOf = (array: Int32Array, context: number) =>
  Array.from({ length: array.length / context }, (_, row) => array.subarray(row * context, (row + 1) * context).join());

/** The windows of the training split by their content. */
function windowsOf(corpus: Corpus, context: number): string[] {
  const windows = windowCount(corpus, 'train', context);
  return Array.from({ length: windows }, (_, i) => corpus.readTokens('train', i * context, context).join());
}

test('targets are the tokens that follow', async () => {
  const corpus = await counting(200);
  const { tokens, targets } = trainBatch(corpus, order, 1, 0);
  expect(tokens).toHaveLength(48);
  for (let row = 0; row < 3; row++) {
    expect(tokens.subarray(row * 16 + 1, row * 16 + 16)).toEqual(targets.subarray(row * 16, row * 16 + 15));
  }
});

test('each epoch takes every window once, in an order of its own', async () => {
  const corpus = await counting(100);
  const expected = windowsOf(corpus, 16).sort();
  const rows: string[] = [];
  for (let step = 1; rows.length < 2 * expected.length; step++) {
    for (let micro = 0; micro < 2; micro++) rows.push(...rowsOf(trainBatch(corpus, order, step, micro).tokens, 16));
  }
  const first = rows.slice(0, expected.length);
  const second = rows.slice(expected.length, 2 * expected.length);
  expect([...first].sort()).toEqual(expected);
  expect([...second].sort()).toEqual(expected);
  expect(first).not.toEqual(second);
  expect(first).not.toEqual(windowsOf(corpus, 16));
});

test('a batch is a function of seed and step: asked for alone, after others, or of a corpus opened anew', async () => {
  const corpus = await counting(100);
  const again = openCorpus(corpus.description.folder);
  onTestFinished(() => again.close());
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.nat(1),
      fc.integer({ min: 1, max: 5000 }),
      (step, micro, other) => {
        const batch = trainBatch(corpus, order, step, micro);
        trainBatch(again, order, other, 1 - micro);
        expect(trainBatch(again, order, step, micro)).toEqual(batch);
      },
    ),
    { numRuns: 30 },
  );
});

test('another seed is another order', async () => {
  const corpus = await counting(100);
  const large = { ...order, batch: 30 };
  expect(trainBatch(corpus, { ...large, seed: 8 }, 1)).not.toEqual(trainBatch(corpus, large, 1));
});

test('micro-batches of a step are the rows of one large batch', async () => {
  const corpus = await counting(100);
  const whole = trainBatch(corpus, { ...order, batch: 6, accumulate: 1 }, 4).tokens;
  const parts = [0, 1].flatMap((micro) => [...trainBatch(corpus, order, 4, micro).tokens]);
  expect(parts).toEqual([...whole]);
});

test('a context longer than the split is refused with the range', async () => {
  const corpus = await counting(10);
  const { train } = corpus.tokens;
  expect(trainBatch(corpus, { ...order, context: train - 1 }, 1).tokens).toHaveLength(3 * (train - 1));
  expect(() => trainBatch(corpus, { ...order, context: train }, 1)).toThrow(
    `A context of ${train} tokens is longer than the train split of "counting", which has room for 2 to ${train - 1}.`,
  );
  expect(() => trainBatch(corpus, order, 0)).toThrow(RangeError);
  expect(() => trainBatch(corpus, order, 1, 2)).toThrow(RangeError);
});

test('validation windows are fixed, distinct and spread over the split, with the domain of each target', async () => {
  const corpus = await counting(500);
  const windows = windowCount(corpus, 'validation', 16);
  const batches = [...validationBatches(corpus, { batch: 4, context: 16, tokens: 200 })];
  expect([...validationBatches(corpus, { batch: 4, context: 16, tokens: 200 })]).toEqual(batches);
  expect(batches).toHaveLength(4);
  const all = corpus.readTokens('validation', 0, corpus.tokens.validation).join();
  const places = batches.flatMap(({ tokens }) => rowsOf(tokens, 16).map((row) => all.indexOf(row)));
  expect(new Set(places).size).toBe(16);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  for (const { domains, rows, targets } of batches) {
    expect(rows).toBe(4);
    expect(domains).toHaveLength(targets.length);
  }
  const everything = [...validationBatches(corpus, { batch: 4, context: 16, tokens: 1e9 })];
  expect(everything).toHaveLength(Math.floor(windows / 4));
  const first = corpus.domainsOf('validation', 1, 16);
  expect(everything[0]!.domains.subarray(0, 16)).toEqual(first);
});

test('a split with fewer windows than a batch fills the batch up with rows that do not count', async () => {
  const corpus = await counting(20);
  const windows = windowCount(corpus, 'validation', 16);
  const [batch, ...more] = validationBatches(corpus, { batch: windows + 2, context: 16, tokens: 1e6 });
  expect(more).toEqual([]);
  expect(batch!.rows).toBe(windows);
  expect(batch!.domains.subarray(0, windows * 16).every((domain) => domain >= 0)).toBe(true);
  expect([...batch!.domains.subarray(windows * 16)]).toEqual(new Array(32).fill(-1));
  const rows = rowsOf(batch!.tokens, 16);
  expect(rows.slice(windows)).toEqual([rows[0], rows[0]]);
});

test('the data hash changes with everything that changes the data', () => {
  const hash = dataHash('a'.repeat(64), order);
  expect(dataHash('a'.repeat(64), { ...order })).toBe(hash);
  const others = [
    dataHash('b'.repeat(64), order),
    ...(['seed', 'batch', 'context', 'accumulate'] as const).map((key) =>
      dataHash('a'.repeat(64), { ...order, [key]: order[key] + 1 }),
    ),
  ];
  expect(new Set([hash, ...others]).size).toBe(6);
});
