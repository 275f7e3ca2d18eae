import { closeSync, mkdirSync, openSync, symlinkSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LabError } from '../../shared/errors.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { inspectModel } from './inspect-model.ts';
import { openModel } from './open-model.ts';
import { groupPaths, openSource } from './open-source.ts';

type Tensors = Record<string, [dtype: string, shape: number[], bytes: number]>;

function headerOf(tensors: Tensors): Buffer {
  let offset = 0;
  const members = Object.entries(tensors).map(([name, [dtype, shape, bytes]]) => {
    const begin = offset;
    offset += bytes;
    return [name, { dtype, shape, data_offsets: [begin, offset] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(members)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

const file = (tensors: Tensors): Buffer =>
  Buffer.concat([headerOf(tensors), Buffer.alloc(Object.values(tensors).reduce((sum, [, , bytes]) => sum + bytes, 0))]);

const one = (name: string): Buffer => file({ [name]: ['F32', [2], 8] });
const index = (map: unknown) => JSON.stringify({ metadata: {}, weight_map: map });

async function refused(...paths: string[]): Promise<LabError> {
  const error = await openSource(paths).then(
    () => Promise.reject(new Error('was accepted')),
    (thrown: LabError) => thrown,
  );
  expect(error).toMatchObject({ name: 'LabError', code: 'checkpoint' });
  return error;
}

async function kindOf(...paths: string[]): Promise<[string, string[]]> {
  const source = await openSource(paths);
  await source.close();
  return [source.kind, [...source.tensors.keys()]];
}

describe('accepted', () => {
  test('a file, a folder of shards, an index, the folder of an index, config.json beside them', async () => {
    const shards = { 'b-2.safetensors': one('layers.10.x'), 'b-10.safetensors': one('layers.2.x') };
    const map = index({ 'layers.10.x': 'b-2.safetensors', 'layers.2.x': 'b-10.safetensors' });
    const folder = temporaryFolder({ ...shards, 'config.json': '{}' });
    const indexed = temporaryFolder({ ...shards, 'model.safetensors.index.json': map, 'other.safetensors': one('z') });
    const both = ['layers.2.x', 'layers.10.x'];
    expect(await kindOf(join(folder, 'b-2.safetensors'))).toEqual(['file', ['layers.10.x']]);
    expect(await kindOf(folder)).toEqual(['folder', both]);
    expect(await kindOf(join(folder, 'config.json'))).toEqual(['folder', both]);
    expect(await kindOf(join(folder, 'b-2.safetensors'), join(folder, 'b-10.safetensors'))).toEqual(['folder', both]);
    expect(await kindOf(indexed)).toEqual(['index', both]);
    expect(await kindOf(join(indexed, 'model.safetensors.index.json'))).toEqual(['index', both]);
  });

  test('several at once: files of one folder are one model, everything else stands alone', () => {
    expect(groupPaths(['/a/1.safetensors', '/b', '/a/2.safetensors', '/b', '/c/1.safetensors'])).toEqual([
      ['/a/1.safetensors', '/a/2.safetensors'],
      ['/b'],
      ['/c/1.safetensors'],
    ]);
  });

  test('a snapshot of a hub cache, whose shards are links into its blobs', async () => {
    const cache = temporaryFolder({ 'blobs/abc': one('x'), 'snapshots/1/config.json': '{}' });
    symlinkSync('../../blobs/abc', join(cache, 'snapshots/1/model.safetensors'));
    expect(await kindOf(join(cache, 'snapshots/1'))).toEqual(['folder', ['x']]);
  });

  test('a file of nothing but unknown names: all are listed, none is understood', async () => {
    const folder = temporaryFolder({
      'a.safetensors': file({ __proto__x: ['C64', [1], 8], '../../x': ['F4', [4], 2] }),
    });
    const types: string[] = [];
    for await (const event of inspectModel([folder])) {
      types.push(event.type);
      if (event.type === 'recognition') expect(event.recognition).toMatchObject({ family: null, unknownCount: 2 });
    }
    expect(types).toEqual(['outline', 'recognition', 'parameters', 'health', 'progress', 'done']);
  });
});

describe('refused', () => {
  test.each([
    ['leading up', '../x.safetensors'],
    ['leading down', 'a/x.safetensors'],
    ['absolute', '/etc/x.safetensors'],
    ['of another system', 'a\\x.safetensors'],
    ['with a drive', 'C:x.safetensors'],
    ['of another kind', 'x.bin'],
    ['not text', 7],
    ['with a NUL', 'x\0.safetensors'],
    ['two dots', '..safetensors'],
  ])('an index with a shard name %s', async (_, shard) => {
    const folder = temporaryFolder({ 'model.safetensors.index.json': index({ x: shard }), 'x.safetensors': one('x') });
    expect((await refused(folder)).message).toContain('beside the index');
  });

  test.each([
    ['no map', '{}'],
    ['a list', '[]'],
    ['a map that is a list', index([])],
    ['an empty map', index({})],
    ['null', 'null'],
    ['half an object', '{"weight_map":'],
    ['nesting', `{"weight_map":${'['.repeat(100_000)}`],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('an index of %s', async (_, text) => {
    expect((await refused(temporaryFolder({ 'model.safetensors.index.json': text }))).message).toContain('index.json');
  });

  test('a missing shard, by its name', async () => {
    const folder = temporaryFolder({ 'model.safetensors.index.json': index({ x: 'gone.safetensors' }) });
    expect((await refused(folder)).message).toContain('gone.safetensors');
  });

  test('a tensor that its shard does not hold, that another holds, or that two hold', async () => {
    const at = (map: object, files: Record<string, Buffer>) =>
      refused(temporaryFolder({ 'model.safetensors.index.json': index(map), ...files }));
    const files = { 'a.safetensors': one('x'), 'b.safetensors': one('y') };
    expect((await at({ x: 'a.safetensors', z: 'b.safetensors' }, files)).message).toContain('"z"');
    expect((await at({ x: 'b.safetensors', y: 'a.safetensors' }, files)).message).toContain('but');
    const twice = { 'a.safetensors': one('x'), 'b.safetensors': one('x') };
    expect((await refused(temporaryFolder(twice))).message).toContain('twice, in a.safetensors and b.safetensors');
  });

  test('an index that is too long', async () => {
    const folder = temporaryFolder({ 'model.safetensors.index.json': '{}' });
    truncateSync(join(folder, 'model.safetensors.index.json'), 1e9);
    expect((await refused(folder)).value).toBe('1000000000');
  });

  test('a shard that links out of its folder, to a device or in a circle', async () => {
    const secret = temporaryFolder({ 'x.safetensors': one('x') });
    for (const target of [join(secret, 'x.safetensors'), '/dev/zero', 'model.safetensors']) {
      const folder = temporaryFolder();
      symlinkSync(target, join(folder, 'model.safetensors'));
      await refused(folder);
    }
  });

  test('a folder without weights, with a pickle, and nothing at all', async () => {
    expect((await refused(temporaryFolder({ 'a.txt': '' }))).message).toContain('no .safetensors');
    expect((await refused(temporaryFolder({ 'pytorch_model.bin': 'PK' }))).remedy).toContain('safetensors');
    expect((await refused(join(temporaryFolder(), 'none'))).message).toContain('no such file');
  });

  test('scales whose shape is not that of their blocks', async () => {
    const tensors: Tensors = { 'a.weight': ['F8_E4M3', [2, 2], 4], 'a.weight_scale_inv': ['F32', [2, 1], 8] };
    const folder = temporaryFolder({ 'a.safetensors': file(tensors) });
    await expect(openModel([folder])).rejects.toThrow('need [1,1]');
  });
});

test('experts and routers that only a hostile file has are listed and left out', async () => {
  const prefix = 'model.layers.0.block_sparse_moe';
  const hostile: Tensors = {
    [`${prefix}.gate.weight`]: ['F32', [1e13, 0], 0],
    'model.layers.0.mlp.experts.gate_up_proj': ['F32', [1e13, 0, 0], 0],
    'model.layers.1.mlp.experts.gate_up_proj': ['F32', [2, 3, 3], 72],
    'model.layers.1.mlp.gate.weight': ['F32', [2, 3], 24],
    'model.layers.2.mlp.gate.weight': ['F32', [5000, 1], 20_000],
    'model.layers.999999.block_sparse_moe.experts.999999.w1.weight': ['F32', [0, 1e13], 0],
  };
  const folder = temporaryFolder({ 'a.safetensors': file(hostile), 'config.json': '{"model_type":"mixtral"}' });
  const routers: number[] = [];
  for await (const event of inspectModel([folder])) {
    if (event.type === 'recognition') expect(event.recognition.doubts.join()).toContain('not that of a router');
    if (event.type === 'router') routers.push(event.router.layer);
    if (event.type === 'experts') expect(event.experts.dead).toHaveLength(2);
  }
  expect(routers).toEqual([1]);
});

test('a damaged config.json is a doubt, and the tensors are shown', async () => {
  for (const text of ['{', '[]', 'x'.repeat(5_000_000), `{"a":${'['.repeat(100_000)}`]) {
    const model = await openModel([temporaryFolder({ 'a.safetensors': one('x'), 'config.json': text })]);
    await model.close();
    expect(model.recognition.doubts[0]).toContain('config.json was left out');
  }
});

test('of 50 GB in shards only headers and routers are read before the first picture', async () => {
  const folder = temporaryFolder({ 'config.json': '{"model_type":"mixtral","num_experts_per_tok":2}' });
  const [D, F, E, layers] = [4096, 14336, 8, 32];
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}.block_sparse_moe`;
    const tensors: Tensors = { [`${prefix}.gate.weight`]: ['F32', [E, D], 4 * E * D] };
    for (let expert = 0; expert < E; expert++) {
      for (const part of ['w1', 'w2', 'w3']) {
        const shape = part === 'w2' ? [D, F] : [F, D];
        tensors[`${prefix}.experts.${expert}.${part}.weight`] = ['BF16', shape, 2 * D * F];
      }
    }
    sparseFile(join(folder, `model-${layer}.safetensors`), tensors);
  }
  let experts = 0;
  const routers: number[] = [];
  for await (const event of inspectModel([folder])) {
    if (event.type === 'parameters') expect(event.parameters.parts.experts).toBe(layers * E * 3 * D * F);
    if (event.type === 'outline') expect(event.outline.bytes).toBeGreaterThan(50e9);
    if (event.type === 'router') routers.push(event.router.layer);
    if (routers.length === 2) break;
    experts += Number(event.type === 'experts');
  }
  expect([routers, experts]).toEqual([[0, 1], 0]);
  const model = await openModel([folder]);
  expect(model.weights.bytesRead).toBe(0);
  await model.close();
});

/** A file whose data are a hole of the file system: as long as it says, and taking no room. */
function sparseFile(path: string, tensors: Tensors): void {
  mkdirSync(dirname(path), { recursive: true });
  const header = headerOf(tensors);
  const handle = openSync(path, 'w');
  writeSync(handle, header);
  closeSync(handle);
  truncateSync(path, header.length + Object.values(tensors).reduce((sum, [, , bytes]) => sum + bytes, 0));
}
