import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSafetensors } from '../checkpoint/safetensors-write.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { openModel } from './open-model.ts';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/checkpoints');

async function recognised(folder: string) {
  const model = await openModel([folder]);
  await model.close();
  return { ...model.recognition, parts: model.parameters.parts };
}

test('another model_type than its names say is a doubt, and the names are gone by', async () => {
  const folder = join(temporaryFolder(), 'model');
  cpSync(join(fixtures, 'qwen2-moe'), folder, { recursive: true });
  const config = join(folder, 'config.json');
  const fields = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ ...fields, model_type: 'qwen3_next' }));
  const { family, doubts } = await recognised(folder);
  expect(family).toBe('qwen2-moe');
  expect(doubts).toEqual([
    expect.stringContaining('"qwen3_next" is of no family known here; its tensors are named as'),
  ]);
});

test.each([null, 'glm4_moe'])(
  'routers and experts under the usual names are read in a family that is not known: %j',
  async (type) => {
    const layer = 'model.layers.0.';
    const shapes: Record<string, number[]> = {
      'model.embed_tokens.weight': [6, 4],
      [`${layer}self_attn.q_proj.weight`]: [4, 4],
      [`${layer}mlp.gate.weight`]: [2, 4],
      [`${layer}mlp.gate.e_score_correction_bias`]: [2],
      [`${layer}mlp.shared_experts.up_proj.weight`]: [3, 4],
    };
    for (const expert of [0, 1]) {
      for (const name of ['gate', 'up']) shapes[`${layer}mlp.experts.${expert}.${name}_proj.weight`] = [3, 4];
      shapes[`${layer}mlp.experts.${expert}.down_proj.weight`] = [4, 3];
    }
    const files: Record<string, string> =
      type === null ? {} : { 'config.json': JSON.stringify({ model_type: type, num_experts_per_tok: 1 }) };
    const folder = temporaryFolder(files);
    const tensors = Object.entries(shapes).map(([name, shape]) => ({
      name,
      dtype: 'F32' as const,
      shape,
      data: async () => new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(1),
    }));
    await writeSafetensors(join(folder, 'model.safetensors'), { tensors });
    const { family, layers, parts, unknownCount, doubts } = await recognised(folder);
    expect(family).toBe('shared-naming');
    expect(layers).toEqual([{ layer: 0, experts: 2, width: 3, shared: true, stored: 'one tensor a matrix' }]);
    expect(parts).toMatchObject({ router: 10, experts: 72, shared: 12, attention: 16, embedding: 24 });
    expect(unknownCount).toBe(0);
    expect(doubts).toEqual(type === null ? [] : ['The model_type "glm4_moe" is of no family known here.']);
  },
);
