import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DifferenceEvent } from '../../shared/inspection.ts';
import { openSafetensors } from '../checkpoint/safetensors-read.ts';
import { type TensorSource, writeSafetensors } from '../checkpoint/safetensors-write.ts';
import { exportCheckpoint, importModel } from '../convert/index.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { diffModels } from './diff-models.ts';

const checkpoints = join(import.meta.dirname, '../../../test/fixtures/checkpoints');
const mixtral = join(checkpoints, 'mixtral');

async function differences(a: string, b: string): Promise<DifferenceEvent[]> {
  const events: DifferenceEvent[] = [];
  for await (const event of diffModels([a], [b])) events.push(event);
  return events;
}

const only = <Type extends DifferenceEvent['type']>(events: DifferenceEvent[], type: Type) =>
  events.filter((event): event is Extract<DifferenceEvent, { type: Type }> => event.type === type);

/** A model with its tensors changed: `change` gets each name and its numbers and returns under which name they go on. */
async function changed(change: (name: string, data: Float32Array) => string, model = mixtral): Promise<string> {
  const folder = join(temporaryFolder(), 'model');
  await cp(model, folder, { recursive: true });
  const file = join(folder, 'model.safetensors');
  const opened = await openSafetensors(file);
  const tensors: TensorSource[] = [];
  for (const { name, shape } of opened.tensors.values()) {
    const data = await opened.readTensor(name);
    tensors.push({ name: change(name, data), dtype: 'F32', shape, data: async () => data });
  }
  await opened.close();
  await rm(file);
  await writeSafetensors(file, { tensors });
  return folder;
}

/** Experts 0 and 2 of layer 1 change places, in the router as well. */
const swapped = () =>
  changed((name, data) => {
    if (name === 'model.layers.1.block_sparse_moe.gate.weight') {
      const first = data.slice(0, 16);
      data.copyWithin(0, 32, 48);
      data.set(first, 32);
    }
    return name.replace(
      /(layers\.1\.block_sparse_moe\.experts\.)([02])/,
      (_, start, expert) => `${start}${2 - Number(expert)}`,
    );
  });

test('a model and itself do not differ', async () => {
  const events = await differences(mixtral, mixtral);
  expect(only(events, 'incomparable')).toEqual([]);
  for (const { router } of only(events, 'router-drift')) {
    expect(router.drift.relative).toBe(0);
    for (const angle of router.principalAngles!) expect(angle).toBeLessThan(1e-12);
  }
  for (const { drift } of only(events, 'layer-drift')) {
    for (const part of Object.values(drift.parts)) expect(part).toMatchObject({ relative: 0 });
  }
  expect(only(events, 'layer-drift').map(({ drift }) => drift.layer)).toEqual([null, 0, 1]);
  expect(events.at(-1)).toEqual({ type: 'done' });
});

test('experts that changed places are matched before they are compared', async () => {
  const events = await differences(mixtral, await swapped());
  const [still, moved] = only(events, 'matching').map(({ matching }) => matching);
  expect(still).toMatchObject({ layer: 0, match: [0, 1, 2, 3], moved: 0 });
  expect(moved).toMatchObject({ layer: 1, match: [2, 1, 0, 3], moved: 2, drift: { relative: 0 } });
  for (const { router } of only(events, 'router-drift')) expect(router.drift.relative).toBe(0);
});

test('biases of routers and of stacked experts move with their experts', async () => {
  const gptOss = join(checkpoints, 'gpt-oss');
  const exchanged = (data: Float32Array, size: number) => {
    const first = data.slice(0, size);
    data.copyWithin(0, 2 * size, 3 * size);
    data.set(first, 2 * size);
  };
  const other = await changed((name, data) => {
    if (/layers\.1\.mlp\.(router|experts)\./.test(name)) exchanged(data, data.length / 4);
    if (name === 'model.layers.0.mlp.experts.down_proj_bias') data[3]! += 1;
    return name;
  }, gptOss);
  const events = await differences(gptOss, other);
  expect(only(events, 'incomparable')).toEqual([]);
  expect(only(events, 'matching').map(({ matching }) => matching.match)).toEqual([
    [0, 1, 2, 3],
    [2, 1, 0, 3],
  ]);
  const { tensors } = only(events, 'most-changed')[0]!;
  const [first, ...rest] = tensors.filter(({ drift }) => drift.relative !== 0);
  expect(first).toMatchObject({ name: 'model.layers.0.mlp.experts.down_proj_bias', part: 'experts', layer: 0 });
  expect(rest).toEqual([]);
  const layer = only(events, 'layer-drift').find(({ drift }) => drift.layer === 1)!.drift;
  expect([layer.parts.router!.relative, layer.parts.experts!.relative]).toEqual([0, 0]);
  // 4 experts of 16 × 8 × 3 weights and 16 + 16 biases; 4 vectors of 16 and 4 biases.
  expect([layer.parts.experts!.elements, layer.parts.router!.elements]).toEqual([4 * (384 + 32), 4 * 17]);
});

test('biases that one of the two lacks are told', async () => {
  const gptOss = join(checkpoints, 'gpt-oss');
  const other = await changed(
    (name) => name.replace(/layers\.1\.mlp\.(router\.|experts\.down_proj_)bias$/, 'other$1'),
    gptOss,
  );
  const reasons = async (a: string, b: string) => only(await differences(a, b), 'incomparable')[0]!.reasons;
  for (const name of ['router.bias', 'experts.down_proj_bias']) {
    expect(await reasons(gptOss, other)).toContain(`model.layers.1.mlp.${name} is in A alone.`);
    expect(await reasons(other, gptOss)).toContain(`model.layers.1.mlp.${name} is in B alone.`);
  }
});

test('what is all zero does not differ from itself, and differs most from anything else', async () => {
  const zeroed = (...names: string[]) =>
    changed((name, data) => {
      if (names.some((part) => name.includes(part))) data.fill(0);
      return name;
    });
  const experts = ['layers.1.block_sparse_moe.experts.1.', 'layers.1.block_sparse_moe.experts.3.'];
  const zero = await zeroed('layers.0.self_attn.q_proj', 'layers.0.block_sparse_moe.gate', ...experts);
  const same = await differences(zero, zero);
  for (const { drift } of only(same, 'most-changed')[0]!.tensors) expect(drift.relative).toBe(0);
  for (const { matching } of only(same, 'matching'))
    expect(matching).toMatchObject({ moved: 0, drift: { relative: 0 } });
  const { tensors } = only(await differences(zero, mixtral), 'most-changed')[0]!;
  expect(tensors.slice(0, 4).map(({ drift }) => drift.relative)).toEqual([null, null, null, null]);
  expect(
    tensors
      .slice(0, 4)
      .map(({ part }) => part)
      .sort(),
  ).toEqual(['attention', 'experts', 'experts', 'router']);
});

test('what changed most comes first, with the drift of its part', async () => {
  const other = await changed((name, data) => {
    if (name === 'model.layers.0.self_attn.q_proj.weight') for (const index of data.keys()) data[index]! *= -1;
    if (name === 'lm_head.weight') for (const index of data.keys()) data[index]! *= 1.5;
    return name;
  });
  const events = await differences(mixtral, other);
  const { tensors } = only(events, 'most-changed')[0]!;
  expect(tensors.slice(0, 2).map(({ name }) => name)).toEqual([
    'model.layers.0.self_attn.q_proj.weight',
    'lm_head.weight',
  ]);
  expect(tensors[0]!.drift).toMatchObject({ relative: 2, elements: 256 });
  expect(tensors[0]!.drift.cosine).toBeCloseTo(-1, 12);
  const outside = only(events, 'layer-drift').find(({ drift }) => drift.layer === null)!;
  expect(outside.drift.parts.head!.relative).toBeCloseTo(0.5, 7);
  expect(outside.drift.parts.head!.cosine).toBeCloseTo(1, 12);
});

test('a mixture that one of the two lacks is told, whichever it is', async () => {
  const dense = await changed((name) => name.replace('layers.1.block_sparse_moe', 'layers.1.other'));
  const reasons = async (a: string, b: string) => only(await differences(a, b), 'incomparable')[0]!.reasons;
  expect(await reasons(mixtral, dense)).toContain('Layer 1 has a router in A and none in B.');
  expect(await reasons(dense, mixtral)).toContain('Layer 1 has a router in B and none in A.');
});

test('a router turned by 0.3 in one plane has that principal angle', async () => {
  const other = await changed((name, data) => {
    if (name === 'model.layers.0.block_sparse_moe.gate.weight') {
      data.fill(0);
      for (const row of [0, 1, 2]) data[row * 16 + row] = row + 1;
      data.set([Math.cos(0.3), Math.sin(0.3)], 3 * 16 + 3);
    }
    return name;
  });
  const plain = await changed((name, data) => {
    if (name === 'model.layers.0.block_sparse_moe.gate.weight') {
      data.fill(0);
      for (const row of [0, 1, 2, 3]) data[row * 16 + row] = 1;
    }
    return name;
  });
  const { router } = only(await differences(plain, other), 'router-drift')[0]!;
  expect(router.principalAngles!.slice(0, 3)).toEqual([0, 0, 0]);
  expect(router.principalAngles![3]).toBeCloseTo(0.3, 7);
  expect(router.cosines[3]).toBeCloseTo(Math.cos(0.3), 6);
});

test('a checkpoint of this lab and its export hold the same experts and routers, under other names', async () => {
  const place = temporaryFolder();
  const { folder } = await importModel([join(mixtral, '../olmoe')], place, { name: 'a', corpus: 'b', context: 8 });
  await exportCheckpoint(folder, join(place, 'exported'), { tokenizer: null });
  const events = await differences(folder, join(place, 'exported'));
  expect(only(events, 'recognitions')[0]).toMatchObject({ a: { family: 'lab', active: 2 }, b: { family: 'olmoe' } });
  for (const { matching } of only(events, 'matching'))
    expect(matching).toMatchObject({ moved: 0, drift: { relative: 0 } });
  for (const { router } of only(events, 'router-drift')) expect(router.drift.relative).toBe(0);
  expect(only(events, 'incomparable')[0]!.reasons.join()).toContain('embedding is in A alone');
});
