// What other programs write becomes curves; what is broken is told, and never hangs or crashes.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import type { CurveChoice, Recording } from '../../shared/imports.ts';
import { importJob } from './import-job.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'imports');
const never = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-import-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Read {
  recording: Recording;
  curves: { x: number[]; values: number[]; notes: string[] }[];
}

async function read(path: string, choice: CurveChoice | null = null): Promise<Read> {
  const curves: Read['curves'] = [];
  for await (const event of importJob({ path, choice }, never)) {
    if (event.type === 'recording') return { recording: event.recording, curves };
    if (event.type !== 'recording-points') throw new Error(event.type);
    curves[event.curve] ??= { x: [], values: [], notes: [] };
    const curve = curves[event.curve]!;
    curve.x.push(...event.x);
    curve.values.push(...event.values);
    curve.notes.push(...event.notes);
  }
  throw new Error('no recording');
}

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const choose = (tag: string, axis: string, x: CurveChoice['x'] = 'step'): CurveChoice => ({
  tags: [{ tag, quantity: 'training loss' }],
  axis,
  x,
});

const refusal = (path: string, choice: CurveChoice | null = null) =>
  read(path, choice).then(
    () => null,
    (error: unknown) => error,
  );

test('an event file of PyTorch: old and new scalars, steps and seconds', async () => {
  const path = join(fixtures, 'pytorch.tfevents');
  const { recording, curves } = await read(path, {
    tags: [
      { tag: 'train/loss', quantity: 'training loss' },
      { tag: 'val/loss', quantity: 'validation loss' },
    ],
    axis: 'step',
    x: 'step',
  });
  expect(recording).toMatchObject({
    format: 'tensorboard',
    tags: [
      { tag: 'train/loss', points: 21, notFinite: 1, first: [4, 2, Math.fround(4 / 3), 1, Math.fround(0.8)] },
      { tag: 'val/loss', points: 4, suggested: 'validation loss' },
    ],
    notes: ['One tag that is no scalar left out.'],
  });
  expect(curves[0]!.x).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(curves[0]!.values.at(-1)).toBeNaN();
  expect(curves[1]).toMatchObject({
    x: [5, 10, 15, 20],
    values: [0.8, 0.4, 4 / 15, 0.2].map((v) => Math.fround(v + 0.25)),
  });
  const timed = await read(path, choose('val/loss', 'seconds', 'seconds'));
  expect(timed.curves[0]!.x).toEqual([2, 4.5, 7, 9.5]);
});

test('tensors of one number, of every kind and form', async () => {
  const { recording } = await read(join(fixtures, 'tensors.tfevents'));
  expect(recording.tags.map(({ tag, first }) => [tag, first])).toEqual([
    ['float', [1.5]],
    ['double', [2.5]],
    ['half', [2.5]],
    ['packed', [3.5]],
  ]);
});

test('a folder: runs by subfolder, links not followed', async () => {
  for (const run of ['a', 'b/c']) {
    mkdirSync(join(folder, run), { recursive: true });
    copyFileSync(join(fixtures, 'tensors.tfevents'), join(folder, run, 'events.out.tfevents.1'));
  }
  symlinkSync(folder, join(folder, 'a', 'loop'));
  const { recording } = await read(folder);
  expect(recording.tags.map(({ tag }) => tag)).toContain('b/c/half');
  expect(recording.tags).toHaveLength(8);
});

test('a last record that is cut off is told of; a damaged one in the middle refuses the file', async () => {
  const whole = readFileSync(join(fixtures, 'pytorch.tfevents'));
  const cut = await read(write('cut.tfevents', whole.subarray(0, whole.length - 3)));
  expect(cut.recording.notes[0]).toMatch(/cut off at byte \d+/);
  const damaged = Buffer.from(whole);
  damaged[500]! ^= 1;
  expect(await refusal(write('damaged.tfevents', damaged))).toMatchObject({
    code: 'request',
    message: expect.stringMatching(/is damaged: the record at byte \d+/),
  });
});

test('a chart that Weights & Biases exported', async () => {
  const text =
    '"Step","brisk-1 - val_loss","brisk-1 - val_loss__MIN","brisk-1 - val_loss__MAX"\n10,"3.5",3,4\n20,2.5,2,3\n';
  const { recording, curves } = await read(write('chart.csv', text), choose('brisk-1 - val_loss', 'Step'));
  expect(recording).toMatchObject({ format: 'wandb', axes: [{ name: 'Step', kind: 'step' }, {}, {}, {}] });
  expect(recording.tags.filter(({ suggested }) => suggested)).toMatchObject([{ suggested: 'validation loss' }]);
  expect(curves[0]).toMatchObject({ x: [10, 20], values: [3.5, 2.5] });
});

test('a history of Weights & Biases, a line an object, nested fields and a last line cut off', async () => {
  const text =
    '{"_step":0,"_timestamp":1700000000.5,"loss":3,"eval":{"loss":4},"note":"x"}\n\n{"_step":1,"_timestamp":1700000002,"loss":NaN}\n{"_step":2,"lo';
  const cut = 'The last line, number 4, is cut off; all before it was read.';
  const path = write('history.jsonl', text);
  const { recording, curves } = await read(path, choose('loss', '_timestamp', 'seconds'));
  expect(recording).toMatchObject({
    format: 'wandb',
    notes: [cut],
  });
  expect(recording.tags.map(({ tag }) => tag)).toEqual(['_step', '_timestamp', 'loss', 'eval.loss']);
  expect(curves[0]).toEqual({
    x: [0, 1.5],
    values: [3, Number.NaN],
    notes: [cut, 'Its seconds count from its first point.'],
  });
});

test.each([
  ['a list', '[{"step":1,"loss":2},{"step":2,"loss":1}]'],
  [
    'a pretty list',
    JSON.stringify(
      [
        { step: 1, loss: 2 },
        { step: 2, loss: 1 },
      ],
      null,
      2,
    ),
  ],
  ['a frame of pandas', '{"step":{"0":1,"1":2},"loss":{"0":2,"1":1}}'],
  ['columns', '{"step":[1,2],"loss":[2,1]}'],
  ['CSV', 'step,loss\n1,2\n2,1'],
  ['CSV with a mark and CR LF', '\uFEFFstep,loss\r\n1,2\r\n2,1\r\n'],
  ['CSV with CR alone', 'step,loss\r1,2\r2,1\r'],
  ['semicolons', 'step;loss\n1;2\n2;1\n'],
  ['tabs, rows in any order', 'step\tloss\n2\t1\n1\t2\n'],
  ['quotes', '"step","loss"\n"1","2"\n"2","1"\n'],
])('the same curve as %s', async (_, text) => {
  const { curves } = await read(write('curve', text), choose('loss', 'step'));
  expect(curves[0]).toMatchObject({ x: [1, 2], values: [2, 1] });
});

test('decimal commas, where semicolons part the cells', async () => {
  const { curves } = await read(write('a.csv', 'step;loss\n1;2,5\n2;1,25\n'), choose('loss', 'step'));
  expect(curves[0]!.values).toEqual([2.5, 1.25]);
});

test('UTF-16 with its mark', async () => {
  const { curves } = await read(
    write('a.csv', Buffer.from('\uFEFFstep,loss\n1,2\n', 'utf16le')),
    choose('loss', 'step'),
  );
  expect(curves[0]).toMatchObject({ x: [1], values: [2] });
});

test('quotes inside of quotes, line ends inside of cells, columns of one name, a table without a head', async () => {
  const odd = await read(write('a.csv', '"a ""b""\nc",x,x\n1,2,3\n'));
  expect(odd.recording.tags.map(({ tag }) => tag)).toEqual(['a "b"\nc', 'x', 'x (2)']);
  const headless = await read(write('b.csv', '1,2\n3,4\n'));
  expect(headless.recording.tags.map(({ tag, points }) => [tag, points])).toEqual([
    ['column 1', 2],
    ['column 2', 2],
  ]);
});

test('what is missing, no number or told twice is left out and said', async () => {
  const text = 'step,loss\n1,3\n2,oops\n3,\n,4\n1,2\n4,inf\n5\n';
  const { recording, curves } = await read(write('a.csv', text), choose('loss', 'step'));
  expect(recording.notes).toEqual([
    'One row has not as many cells as the first.',
    'One cell of "loss" is no number and was left out.',
  ]);
  expect(curves[0]).toEqual({
    x: [1, 4],
    values: [2, Number.POSITIVE_INFINITY],
    notes: [
      'One row has not as many cells as the first.',
      'One cell of "loss" is no number and was left out.',
      '1 point replaced by later ones of the same stretch.',
    ],
  });
});

test.each([
  ['an empty file', '', /is empty/],
  ['binary', new Uint8Array([1, 0, 2, 0, 3]), /zero byte|UTF-16/],
  ['no UTF-8', new Uint8Array([0x61, 0x2c, 0xff, 0x0a]), /is not UTF-8 text: the byte 0xff at offset 2 /],
  ['prose', 'Once upon a time, there was\na table, without numbers\n', /no column of numbers/],
  ['one column', 'loss\n1\n2\n', /one column of numbers/],
  ['a quote that never ends', 'a,b\n"1,2\n', /ends inside of a quoted cell/],
  ['a list of texts', '["a"]', /item 1 of its list/],
  ['JSON that is broken', '[{"step": 1', /neither one JSON document/],
  ['a line that is no object', '{"step":1,"a":2}\n3\n{"step":2,"a":2}\n', /line 2 is no JSON object/],
])('%s is refused with a sentence', async (_, content, sentence) => {
  const error = await refusal(write('file', content));
  expect(error).toBeInstanceOf(LabError);
  expect(error).toMatchObject({
    code: 'request',
    message: expect.stringMatching(sentence),
    remedy: expect.any(String),
  });
});

test('a tag or an axis that is not there: what is', async () => {
  const path = write('a.csv', 'step,loss\n1,2\n');
  expect(await refusal(path, choose('los', 'step'))).toMatchObject({ field: 'tag', remedy: 'Did you mean "loss"?' });
  expect(await refusal(path, choose('loss', 'tokens'))).toMatchObject({
    field: 'axis',
    remedy: 'There are "step", "loss".',
  });
  expect(await refusal(join(folder, 'nothing'))).toMatchObject({ message: expect.stringContaining('does not exist') });
  expect(await refusal(folder)).toMatchObject({ message: expect.stringContaining('holds no TensorBoard event file') });
});

test('any bytes are read or refused, none breaks the reader', async () => {
  const whole = readFileSync(join(fixtures, 'pytorch.tfevents'));
  const changed = fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const texts = fc
    .string({ unit: fc.constantFrom(...'",;\t\r\n 1.5e-[]{}:aN\\'), maxLength: 200 })
    .map((text) => Buffer.from(text));
  const any = fc.oneof(
    changed,
    texts,
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(any, async (bytes) => {
      const path = write('fuzz', bytes);
      const result = await read(path).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(LabError);
      else expect((result as Read).recording.tags.length).toBeGreaterThan(0);
    }),
    fuzzing(400),
  );
});

test('a table written with any names and numbers reads back', async () => {
  const name = fc
    .string({ minLength: 1, maxLength: 12 })
    .filter((text) => /[a-z]/i.test(text) && !/[\r\n\0\uFEFF]/.test(text));
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      name,
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 30 }),
      async (tag, values) => {
        fc.pre(tag.trim() !== 'step' && Number.isNaN(Number(tag)) && !/^\s*[+-]?(nan|inf)/i.test(tag));
        const rows = values.map((value, index) => `${index},${value}`);
        const path = write('table.csv', `step,${cell(tag)}\n${rows.join('\n')}\n`);
        const { curves } = await read(path, choose(tag.trim(), 'step'));
        expect(curves[0]!.values).toEqual(values.map((value) => value || 0));
      },
    ),
    fuzzing(200),
  );
});
