// Files of curves that are wrong in every way: read as they are, or refused with a reason, in bounded memory and time.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { nastyName } from '../../../test/nasty-names.ts';
import { peakMemory } from '../../../test/peak-memory.ts';
import { csv } from '../../charts/csv.ts';
import { LabError } from '../../shared/errors.ts';
import type { CurveChoice, Recording } from '../../shared/imports.ts';
import { printable } from '../../shared/printable.ts';
import { importJob } from './import-job.ts';
import { record, scalarEvent } from './written-events.testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-import-fuzz-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Curve {
  x: number[];
  values: number[];
}

async function read(path: string, choice: CurveChoice | null = null) {
  const curves: Curve[] = [];
  let recording: Recording | null = null;
  for await (const event of importJob({ path, choice }, new AbortController().signal)) {
    if (event.type === 'recording') recording = event.recording;
    else if (event.type === 'recording-points') {
      curves[event.curve] ??= { x: [], values: [] };
      const curve = curves[event.curve]!;
      curve.x.push(...event.x);
      curve.values.push(...event.values);
    }
  }
  return { recording: recording!, curves };
}

const choose = (tag: string, axis = 'step'): CurveChoice => ({ tags: [{ tag, quantity: 'loss' }], axis, x: 'step' });

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The recording, or the refusal; anything else is a defect. */
async function readOrRefused(path: string): Promise<Recording | LabError> {
  try {
    const { recording } = await read(path);
    expect(recording.tags.length).toBeGreaterThan(0);
    return recording;
  } catch (thrown) {
    if (!(thrown instanceof LabError)) throw thrown;
    expect(thrown.code).toBe('request');
    expect(thrown.remedy).toBeTruthy();
    expect(thrown.message.length).toBeLessThan(2000);
    return thrown;
  }
}

const refusalOf = async (path: string) => {
  const result = await readOrRefused(path);
  expect(result).toBeInstanceOf(LabError);
  return (result as LabError).message;
};

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e308, 5e-324));

describe('event files', () => {
  const anyScalar = fc.record({
    tag: fc.constantFrom('loss', 'val/loss', '__proto__', 'constructor'),
    step: fc.oneof(fc.bigInt({ min: -20n, max: 20n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    wallTime: anyNumber,
    value: fc.oneof(fc.float(), fc.constantFrom(Number.NaN, Infinity)),
  });

  test('any steps, clocks and values: each step has the value that was told last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyScalar, { minLength: 1, maxLength: 30 }), async (scalars) => {
        const path = write('a.tfevents', Buffer.concat(scalars.map((one) => record(scalarEvent(one)))));
        for (const tag of new Set(scalars.map((one) => one.tag))) {
          const { curves } = await read(path, choose(tag));
          const [{ x, values }] = curves as [Curve];
          // What goes back in steps was done again.
          const expected: [number, number][] = [];
          for (const { step, value } of scalars.filter((one) => one.tag === tag)) {
            while (expected.length > 0 && expected.at(-1)![0] >= Number(step)) expected.pop();
            expected.push([Number(step), Math.fround(value)]);
          }
          expect(x).toEqual(expected.map(([step]) => step));
          expect(values).toEqual(expected.map(([, value]) => value));
        }
      }),
      fuzzing(150),
    );
  });

  test('a clock that is no number at first spoils no other second', async () => {
    const clock = [Number.NaN, 1000, 1002.5].map((wallTime, step) =>
      scalarEvent({ tag: 'a', step: BigInt(step), wallTime, value: step }),
    );
    const { curves } = await read(
      write('a.tfevents', Buffer.concat(clock.map((one) => record(one)))),
      choose('a', 'seconds'),
    );
    expect(curves[0]).toEqual({ x: [0, 2.5], values: [1, 2] });
  });

  test('whatever is in a record whose sums are right is read, passed over, or refused with its place', async () => {
    const field = fc.tuple(fc.nat(20), fc.nat(7)).map(([number, type]) => Uint8Array.of((number << 3) | type));
    const message: fc.Arbitrary<Uint8Array> = fc
      .array(fc.oneof(field, fc.uint8Array({ maxLength: 12 }), anyScalar.map(scalarEvent)), { maxLength: 6 })
      .map((parts) => Buffer.concat(parts));
    const nested = message.map((inside) => Buffer.concat([Uint8Array.of(0x2a, inside.length & 0x7f), inside]));
    const good = record(scalarEvent({ tag: 'loss', step: 1n, wallTime: 1, value: 1 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(message, nested), { minLength: 1, maxLength: 5 }), async (messages) => {
        const result = await readOrRefused(
          write('a.tfevents', Buffer.concat([good, ...messages.map((one) => record(one))])),
        );
        if (result instanceof LabError) expect(result.message).toMatch(/record at byte \d+|tag of \d+ characters/);
      }),
      fuzzing(400),
    );
  });

  test.each<[string, () => Buffer, RegExp]>([
    ['a length of 2^63', () => record(new Uint8Array(8), 2n ** 63n), /record of 9223372036854775808 bytes at byte 0/],
    ['a length of 2^64 - 1', () => record(new Uint8Array(8), 2n ** 64n - 1n), /at byte 0; the largest/],
    [
      'a wrong sum',
      () => Buffer.concat([record(new Uint8Array(0)), record(new Uint8Array(8)).fill(0, 20)]),
      /record at byte 16 does not have the checksum/,
    ],
    [
      '100,000 groups in each other',
      () => record(new Uint8Array(100_000).fill(0x0b)),
      /record at byte 0 that is no TensorBoard event/,
    ],
    [
      'a tag of a megabyte',
      () => record(scalarEvent({ tag: 'x'.repeat(2 ** 20), step: 1n, wallTime: 1, value: 1 })),
      /tag of 1048576 characters in the record at byte 0/,
    ],
  ])('%s is refused', async (_, content, message) => {
    expect(await refusalOf(write('a.tfevents', content()))).toMatch(message);
  });

  test('a record that is too large for scalars is passed over and told', async () => {
    const scalar = record(scalarEvent({ tag: 'loss', step: 1n, wallTime: 1, value: 1 }));
    const large = record(scalarEvent({ tag: 'x'.repeat(10 * 2 ** 20), step: 1n, wallTime: 1, value: 1 }));
    const { recording } = await read(write('a.tfevents', Buffer.concat([scalar, large, scalar])));
    expect(recording.tags).toMatchObject([{ tag: 'loss', points: 2 }]);
    expect(recording.notes[0]).toContain(`at byte ${scalar.length} has 10485`);
    large[large.length - 1]! ^= 1;
    expect(await refusalOf(write('b.tfevents', Buffer.concat([scalar, large])))).toContain('is damaged');
    expect(
      (await read(write('c.tfevents', Buffer.concat([scalar, large.subarray(0, 9 * 2 ** 20)])))).recording.notes[0],
    ).toMatch(/cut off/);
  });
});

describe('tables', () => {
  test('what this lab writes as CSV reads back the same: names as they are shown, numbers to the last bit', async () => {
    const names = fc.uniqueArray(nastyName, { minLength: 1, maxLength: 4, selector: (name) => shown(name) });
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.array(fc.array(anyNumber, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
        async (given, rows) => {
          fc.pre(given.every((name) => !['', 'step'].includes(shown(name))));
          const cells = rows.map((row, step) => [step, ...row.slice(0, given.length)]);
          const path = write('a.csv', csv(['step', ...given], cells));
          for (const [index, name] of given.entries()) {
            const { curves } = await read(path, choose(shown(name)));
            expect(curves[0]!.values).toEqual(rows.map((row) => row[index] || row[index]! + 0));
          }
        },
      ),
      fuzzing(200),
    );
  });

  test('columns of one name stay two, whatever they are called', async () => {
    const { recording } = await read(write('a.csv', 'x,x,x (2),x (2)\n1,2,3,4\n5,6,7,8\n'));
    expect(recording.tags.map(({ tag, first }) => [tag, first])).toEqual([
      ['x', [1, 5]],
      ['x (2)', [2, 6]],
      ['x (2) (2)', [3, 7]],
      ['x (2) (3)', [4, 8]],
    ]);
  });

  test.each<[string, () => string | Buffer, RegExp]>([
    ['a million columns', () => `${'x,'.repeat(1e6)}\n`, /more than 4096 columns in row 1/],
    ['a zero byte', () => 'step,loss\n1,2\n3,\0\n', /zero byte at offset 16/],
    ['UTF-16 without a mark', () => Buffer.from('step,loss\n1,2\n', 'utf16le'), /UTF-16 or UTF-32 text without a mark/],
    [
      'half of a pair in UTF-16',
      () => Buffer.from('\uFEFFstep,loss\n1,\ud800\n', 'utf16le'),
      /is not UTF-16 text between its bytes 0 and/,
    ],
    [
      'an odd byte in UTF-16',
      () => Buffer.concat([Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'), Buffer.from([1])]),
      /is not UTF-16 text/,
    ],
    ['a quote that never ends', () => `step,loss\n1,2\n3,"${'x'.repeat(1000)}`, /quoted cell in row 3/],
    [
      'quotes in a cell of a megabyte',
      () => `step,loss\n1,x${'"'.repeat(2 ** 20)}\n`,
      /a cell of more than 1048576 characters, in row 2/,
    ],
    [
      'a line of 20 MB',
      () => `${Array.from({ length: 20 }, () => 'x'.repeat(2 ** 20 - 1)).join(',')}\n`,
      /a row of more than 16777216 characters, in row 1/,
    ],
  ])('%s: refused', async (_, content, message) => {
    expect(await refusalOf(write('a.csv', content()))).toMatch(message);
  });

  test('CR alone ends lines, a BOM is no name, formulas are text', async () => {
    const { curves, recording } = await read(
      write('a.csv', '\uFEFFstep,"=1+1",loss\r1,=A1,2\r2,=A2,3\r'),
      choose('loss'),
    );
    expect(curves[0]).toEqual({ x: [1, 2], values: [2, 3] });
    expect(recording.tags.map(({ tag }) => tag)).toEqual(['step', 'loss']);
  });
});

describe('histories', () => {
  const anyValue = fc.oneof(anyNumber, fc.jsonValue(), nastyName, fc.constant({ __proto__: null, loss: 3 }));
  const key = fc.oneof(
    fc.constantFrom('_step', 'loss', '__proto__', 'constructor', '_timestamp', 'a.b', ''),
    nastyName,
  );
  const object = fc.array(fc.tuple(key, anyValue), { maxLength: 6 }).map(
    // Python's spelling of what is not finite.
    (entries) =>
      `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${typeof value === 'number' ? pythonNumber(value) : JSON.stringify(value)}`).join(', ')}}`,
  );

  test('objects of any fields, a line each, in a list or as columns, are read or refused', async () => {
    const layout = fc.constantFrom<(lines: string[]) => string>(
      (lines) => lines.join('\n'),
      (lines) => `[${lines.join(',\n')}]`,
      (lines) => `{${lines.map((line, index) => `"c${index}": ${line}`).join(',')}}`,
      (lines) => `${lines.join('\r\n')}\r\n{"_step": 1, "lo`,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 6 }), layout, async (lines, laidOut) => {
        await readOrRefused(write('a.jsonl', laidOut(lines)));
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      fuzzing(300),
    );
  });

  test('fields that mean something to JavaScript are columns', async () => {
    const lines = [1, 2].map(
      (step) => `{"_step":${step},"__proto__":{"x":${step}},"constructor":${step},"toString":"${step}"}`,
    );
    const { recording } = await read(write('a.jsonl', lines.join('\n')));
    expect(recording.tags.map(({ tag }) => tag)).toEqual(['_step', '__proto__.x', 'constructor', 'toString']);
  });

  test('columns in one line with its end, as jq writes them', async () => {
    const { curves } = await read(write('a.json', '{"step":[1,2],"loss":[2,1]}\n'), choose('loss'));
    expect(curves[0]).toEqual({ x: [1, 2], values: [2, 1] });
  });

  test('a text of a million quotes that never ends takes no quadratic time', async () => {
    const line = `{"_step": 1, "loss": NaN, "note": "${'\\"'.repeat(10 ** 6)}`;
    expect(await refusalOf(write('a.jsonl', `${line}\n{"_step": 2, "loss": 1}\n`))).toMatch(
      /line 1 is no JSON object|neither/,
    );
  });

  test('a document that is larger than any history is refused', async () => {
    expect(await refusalOf(write('a.json', `[${'{},'.repeat(12 * 2 ** 20)}{}]`))).toMatch(
      /one JSON document of more than 33554432/,
    );
  });
});

describe('memory', () => {
  const job = { importJob: new URL('./import-job.ts', import.meta.url) };
  const held = (path: string) =>
    peakMemory(
      job,
      `let said = '';
       try { for await (const event of importJob({ path: ${JSON.stringify(path)}, choice: null }, new AbortController().signal)) said = event.type; }
       catch (error) { said = error.constructor.name + ': ' + error.message; }
       console.log(said);`,
    );

  function large(name: string, part: Buffer, times: number): string {
    const path = join(folder, name);
    const file = openSync(path, 'w');
    for (let i = 0; i < times; i++) writeSync(file, part);
    closeSync(file);
    return path;
  }

  test('a line of 100 MB in a table, and in a history', () => {
    for (const name of ['a.csv', 'a.jsonl']) {
      const start = name === 'a.csv' ? 'step,loss\n' : '{"_step":1,"loss":2}\n{"a":"';
      const path = large(name, Buffer.from(start), 1);
      const file = openSync(path, 'a');
      for (let i = 0; i < 100; i++) writeSync(file, Buffer.alloc(2 ** 20, name === 'a.csv' ? '1,' : 'x'));
      closeSync(file);
      const { megabytes, output } = held(path);
      expect(output).toMatch(/LabError: .*(columns|a line, number 2)/);
      expect(megabytes).toBeLessThan(400);
    }
  });

  test('two million values in each record, and a record of 256 MB', () => {
    const values = Buffer.alloc(2 ** 22 - 16, Uint8Array.of(0x0a, 0x00));
    const summary = Buffer.concat([Uint8Array.of(0x2a, 0xf0, 0xff, 0xff, 0x01), values]);
    const { megabytes } = held(large('a.tfevents', record(summary.subarray(0, 2 ** 22)), 3));
    expect(megabytes).toBeLessThan(250);
    const long = held(large('b.tfevents', record(Buffer.alloc(256 * 2 ** 20)), 1));
    expect(long.output).toContain('holds no scalar');
    expect(long.megabytes).toBeLessThan(60);
  });
});

/** As the name comes out of our CSV: the whole of it, on one line, no formula, and without the space that an import drops. */
function shown(name: string): string {
  const text = printable(name);
  return (/^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text).trim();
}

const pythonNumber = (value: number) => String(value);
