// A checkpoint with a fault at any one place, and a state.json whose hash is right and whose content is not: refused by the name of
// the file, the disk as it was, or nothing was lost.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { byHand, fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import { openCheckpoint, writeCheckpoint } from './checkpoint-folder.ts';
import { type CheckpointState, encodeState, readState } from './checkpoint-state.ts';
import { exampleContent } from './example-content.testing.ts';

const parent = mkdtempSync(join(tmpdir(), 'simbal-damaged-'));
afterAll(() => rmSync(parent, { recursive: true }));

let folder: string;
let whole: Record<string, Buffer>;
let state: CheckpointState;
beforeAll(async () => {
  folder = (await writeCheckpoint(parent, exampleContent(300))).folder;
  whole = content();
  ({ state } = await readState(join(folder, 'state.json')));
});
beforeEach(() => {
  for (const [name, bytes] of Object.entries(whole)) writeFileSync(join(folder, name), bytes);
});

const content = () => Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

const opened = async () => (await openCheckpoint(folder)).close();

async function refusal(opening: Promise<unknown>): Promise<LabError | null> {
  const thrown = await opening.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown === null) return null;
  expect(thrown).toBeInstanceOf(LabError);
  expect((thrown as LabError).code).toBe('checkpoint');
  expect((thrown as LabError).message.length).toBeLessThan(1000);
  return thrown as LabError;
}

const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1 << bit;
  return copy;
};

test('a bit of state.json flipped anywhere', async () => {
  const path = join(folder, 'state.json');
  for (let at = 0; at < whole['state.json']!.length; at++) {
    for (const bit of byHand ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
      writeFileSync(path, flipped(whole['state.json']!, at, bit));
      const error = await refusal(readState(path));
      if (error) expect(error.message).toContain(path);
      // What is left are two spellings of the same, as 1e-7 and 1E-7.
      else expect((await readState(path)).state).toEqual(state);
    }
  }
});

test.each(['model.safetensors', 'optimizer.safetensors'])(
  'a bit of %s flipped, most of all in its header',
  async (name) => {
    const file = whole[name]!;
    const header = 8 + Number(file.readBigUInt64LE());
    const stride = byHand ? 1 : 9;
    const places = Array.from({ length: Math.ceil(header / stride) }, (_, index) => index * stride).concat(
      header,
      file.length - 1,
    );
    for (const at of places) {
      const damaged = flipped(file, at, at % 8);
      writeFileSync(join(folder, name), damaged);
      expect((await refusal(opened()))?.message).toContain(join(folder, name));
      expect(content()).toEqual({ ...whole, [name]: damaged });
    }
  },
);

/** Every place of a value, the whole included. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...inside.flatMap(([key, part]) => places(part, [...path, Array.isArray(value) ? Number(key) : key]))];
}

function replaced(value: unknown, [first, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (first === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[first] = replaced(copy[first], rest, by);
  return copy;
}

test('any value at any place of a state whose hash is right', async () => {
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      0,
      -1,
      0.5,
      1e308,
      2 ** 53,
      '',
      '../../x',
      'model.safetensors',
      [],
      {},
      true,
      'x'.repeat(2000),
    ),
    fc.integer({ min: 0, max: 5000 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const path = join(folder, 'state.json');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places(state)), odd, async (place, value) => {
      const changed = replaced(state, place, value) as Parameters<typeof encodeState>[0] | null;
      const text = encodeState(changed!);
      writeFileSync(path, text);
      const error = await refusal(opened());
      expect(content()).toEqual({ ...whole, 'state.json': Buffer.from(text) });
      // What is opened has the same tensors in the same shapes.
      const { layers, width, experts, expertWidth, vocabulary } = changed?.configuration?.model ?? {};
      if (!error) expect({ layers, width, experts, expertWidth, vocabulary }).toMatchObject(shapes());
      else expect(error.message).toContain(folder);
    }),
    fuzzing(500),
  );
});

const shapes = () => {
  const { layers, width, experts, expertWidth, vocabulary } = state.configuration.model;
  return { layers, width, experts, expertWidth, vocabulary };
};

test.each([
  ['heads', 3, 'model.heads is 3'],
  ['active', 3, 'model.active is 3'],
  ['kind', 'dense', 'model.experts is 2; it must be 1 in a dense model'],
])('a configuration that no run can have, %s = %s, hash right', async (field, value, message) => {
  const path = join(folder, 'state.json');
  const model = { ...state.configuration.model, [field]: value };
  writeFileSync(path, encodeState({ ...state, configuration: { ...state.configuration, model } }));
  expect((await refusal(opened()))?.message).toContain(message);
});
