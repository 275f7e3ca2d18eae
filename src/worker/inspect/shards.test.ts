// Any index over any folder: which are taken as a model is said here once more, in the plainest way.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { openModel } from './open-model.ts';
import { openSource } from './open-source.ts';

/** A file of these tensors, of one byte each. */
function fileOf(tensors: readonly string[]): Buffer {
  const members = tensors.map((name, at) => [name, { dtype: 'U8', shape: [1], data_offsets: [at, at + 1] }]);
  const json = Buffer.from(JSON.stringify(Object.fromEntries(members)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(tensors.length)]);
}

const names = ['t', 'layers.0.x', '__proto__', '../../x', 'é'];
const files = ['a.safetensors', 'b.safetensors', '.safetensors'];
const outside = [
  'missing.safetensors',
  '../out.safetensors',
  'sub/../a.safetensors',
  './a.safetensors',
  '/etc/a.safetensors',
  '',
].concat(
  'a.safetensors/',
  'loop.safetensors',
  'out.safetensors',
  'folder.safetensors',
  'A.bin',
  '..safetensors',
  'a\0.safetensors',
);

const contents = fc.record(Object.fromEntries(files.map((file) => [file, fc.subarray(names)])));
/** Where each tensor is, or is said to be. */
const map = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...files) }, fc.constantFrom(...outside)),
);

/** The tensors of the model, or null where it is none. */
function modelOf(held: Record<string, string[]>, shards: [tensor: string, file: string][]): string[] | null {
  const named = [...new Set(shards.map(([, file]) => file))];
  if (named.length === 0 || named.some((file) => !Object.hasOwn(held, file))) return null;
  const all = named.flatMap((file) => held[file]!);
  const once = new Set(all).size === all.length;
  const where = shards.every(([tensor, file]) => held[file]!.includes(tensor));
  return once && where ? all.sort() : null;
}

test('any index over any shards', async () => {
  const place = temporaryFolder({ 'out.safetensors': fileOf(['t']) });
  const folder = join(place, 'model');
  mkdirSync(join(folder, 'folder.safetensors'), { recursive: true });
  symlinkSync('loop.safetensors', join(folder, 'loop.safetensors'));
  symlinkSync('../out.safetensors', join(folder, 'out.safetensors'));
  let accepted = 0;
  // Half of the time the index says the truth about some of the tensors.
  const either = contents.chain((held) => {
    const truth = Object.entries(held).flatMap(([file, tensors]) =>
      tensors.map((tensor): [string, string] => [tensor, file]),
    );
    const fromTruth = fc.subarray(truth).map((entries) => Object.fromEntries(entries));
    return fc.tuple(fc.constant(held), fc.oneof(map, fromTruth));
  });
  await fc.assert(
    fc.asyncProperty(either, async ([held, shards]) => {
      for (const [file, tensors] of Object.entries(held)) writeFileSync(join(folder, file), fileOf(tensors));
      writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: shards }));
      const expected = modelOf(held, Object.entries(shards));
      const found = await openSource([folder]).then(
        async (source) => {
          await source.close();
          return [...source.tensors.keys()].sort();
        },
        (error) => {
          expect(error).toBeInstanceOf(LabError);
          expect(error.code).toBe('checkpoint');
          return null;
        },
      );
      expect(found).toEqual(expected);
      accepted += Number(found !== null);
    }),
    fuzzing(400),
  );
  expect(accepted).toBeGreaterThan(10);
});

test.skipIf(process.platform === 'win32')('a pipe or a device in place of any file is not waited for', async () => {
  const shard = { 'model.safetensors': fileOf(['t']) };
  const index = { 'model.safetensors.index.json': '{"weight_map":{"t":"model.safetensors"}}' };
  const put = (path: string, what: 'pipe' | 'device') => {
    rmSync(path, { force: true });
    if (what === 'pipe') execFileSync('mkfifo', [path]);
    else symlinkSync('/dev/zero', path);
  };
  for (const what of ['pipe', 'device'] as const) {
    for (const name of ['model.safetensors', 'model.safetensors.index.json']) {
      const folder = temporaryFolder({ ...shard, ...index });
      put(join(folder, name), what);
      await expect(openSource([folder])).rejects.toMatchObject({ name: 'LabError', code: 'checkpoint' });
    }
    for (const [name, says] of [
      ['config.json', /^config.json was left out: .* is a (device|FIFO)/],
      ['state.json', /^state.json was left out: .* is a (device|FIFO)/],
    ] as const) {
      const folder = temporaryFolder(shard);
      put(join(folder, name), what);
      const model = await openModel([folder]);
      expect(model.recognition.doubts.join()).toMatch(says);
      await model.close();
    }
  }
});
