import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationSchema, type ModelConfiguration } from '../../shared/config/schema.ts';
import type { LabError } from '../../shared/errors.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { openSafetensors } from '../checkpoint/safetensors-read.ts';
import { writeSafetensors } from '../checkpoint/safetensors-write.ts';
import { temporaryFolder } from '../data/temporary-folder.testing.ts';
import { loadTokenizer } from '../data/tokenizers.ts';
import { openModel } from '../inspect/open-model.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { Generator } from '../random/generator.ts';
import { exportCheckpoint } from './export-checkpoint.ts';
import { importModel } from './import-model.ts';
import { checkpointLogits, largestDifference } from './logits.testing.ts';

const project = join(import.meta.dirname, '../../..');
const fixtures = join(project, 'test/fixtures/checkpoints');
const expectedOf = (name: string) => JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'));
const options = { name: 'imported', corpus: 'letters', context: 12 };
const refused = (promise: Promise<unknown>): Promise<LabError> =>
  promise.then(
    () => Promise.reject(new Error('was accepted')),
    (error: LabError) => {
      expect(error.name).toBe('LabError');
      return error;
    },
  );

async function tensorsOf(file: string): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
  const opened = await openSafetensors(file);
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { name, shape } of opened.tensors.values())
    tensors.set(name, { shape, data: await opened.readTensor(name) });
  await opened.close();
  return tensors;
}

describe.each([
  'mixtral',
  'mixtral-sharded',
  'olmoe',
  ...readdirSync(fixtures).filter((name) => name.startsWith('importable')),
])('importing %s as transformers wrote it', (name) => {
  test('gives its logits', async () => {
    const { folder, notes } = await importModel([join(fixtures, name)], temporaryFolder(), options);
    const { tokens, logits } = expectedOf(name);
    expect(largestDifference(await checkpointLogits(folder, tokens), logits)).toBeLessThan(1e-4);
    expect(notes.join(' ')).toContain('Moments are zero');
    expect(notes.some((note) => note.includes('repeated 2 times'))).toBe(name !== 'olmoe');
  });
});

test.each(['mixtral', 'importable-olmoe', 'importable-ernie'])(
  'importing %s, exporting it and importing that is the same byte for byte',
  async (name) => {
    const place = temporaryFolder();
    const first = await importModel([join(fixtures, name)], join(place, 'first'), options);
    await exportCheckpoint(first.folder, join(place, 'exported'), { tokenizer: null });
    const second = await importModel([join(place, 'exported')], join(place, 'second'), options);
    for (const file of ['model.safetensors', 'optimizer.safetensors', 'state.json']) {
      expect(await readFile(join(second.folder, file))).toEqual(await readFile(join(first.folder, file)));
    }
  },
);

test('exporting what was imported writes the tensors that were there', async () => {
  const place = temporaryFolder();
  const { folder } = await importModel([join(fixtures, 'olmoe')], place, options);
  await exportCheckpoint(folder, join(place, 'exported'), { tokenizer: null });
  expect(await tensorsOf(join(place, 'exported/model.safetensors'))).toEqual(
    await tensorsOf(join(fixtures, 'olmoe/model.safetensors')),
  );
});

const variants: [architecture: string, changes: Partial<ModelConfiguration>, bias: boolean][] = [
  ['MixtralForCausalLM', { renormalise: true }, false],
  ['OlmoeForCausalLM', { queryKeyNorm: true }, false],
  ['OlmoeForCausalLM', { queryKeyNorm: true, renormalise: true }, false],
  ['Qwen2MoeForCausalLM', {}, false],
  ['Ernie4_5_MoeForCausalLM', { renormalise: true }, true],
  ['LlamaForCausalLM', { kind: 'dense', experts: 1, active: 1 }, false],
  ['OlmoeForCausalLM', { kind: 'dense', experts: 1, active: 1, queryKeyNorm: true }, false],
];

/** A checkpoint with random weights, far from symmetric, so that any rearrangement shows. */
async function randomCheckpoint(parent: string, changes: Partial<ModelConfiguration>, bias: boolean): Promise<string> {
  const configuration = configurationSchema.parse({
    name: 'random',
    corpus: 'letters',
    model: {
      vocabulary: 300,
      width: 16,
      layers: 2,
      heads: 2,
      context: 12,
      experts: 5,
      active: 2,
      // A grouped product of torch asks for rows of whole 16 bytes.
      expertWidth: 8,
      routerInit: 'normal',
      ...changes,
    },
    objective: [],
    training: { steps: 10, batch: 2, learningRate: 0.001, warmupSteps: 1, checkpointEvery: 0 },
    evaluation: { every: 10, denseUntil: 0, tokens: 16, similarityEvery: 1, similarityTokens: 0 },
  });
  const values = new Map(
    parameterSpecifications(configuration.model).map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      new Generator(7, name).fillNormal(data, 0.3);
      return [name, data];
    }),
  );
  const buffers = Array.from({ length: bias ? 2 : 0 }, (_, layer) => {
    const data = new Float32Array(5);
    new Generator(8, String(layer)).fillNormal(data, 0.2);
    return { name: `layers.${layer}.router.bias`, shape: [5], data };
  });
  const hash = 'a'.repeat(64);
  const { folder } = await writeCheckpoint(parent, {
    step: 3,
    tokens: 72,
    seconds: 1,
    configuration,
    corpusHash: hash,
    initHash: hash,
    initHashWithoutRouters: hash,
    buffers,
    download: async (kind, name) =>
      kind === 'parameter' ? values.get(name)! : new Float32Array(values.get(name)!.length),
  });
  return folder;
}

const tokens = [72, 101, 108, 108, 111, 32, 119, 256, 0, 255, 108, 100];

const python = ((): string | null => {
  const command = process.env.PYTHON ?? 'python3';
  try {
    execFileSync(command, ['-c', 'import torch, transformers'], { stdio: 'ignore', timeout: 120_000 });
    return command;
  } catch {
    return null;
  }
})();

test.skipIf(python === null)(
  'transformers gives the logits of every export, and its tokenizer the bytes (skipped without python3, torch and transformers)',
  async () => {
    const place = temporaryFolder();
    const checkpoints: string[] = [];
    const folders: string[] = [];
    for (const [index, [, changes, bias]] of variants.entries()) {
      checkpoints.push(await randomCheckpoint(join(place, `lab-${index}`), changes, bias));
      const to = join(place, `exported-${index}`);
      folders.push((await exportCheckpoint(checkpoints.at(-1)!, to, { tokenizer: 'bytes' })).folder);
    }
    const script = join(project, 'test/pytorch/transformers_check.py');
    const output = execFileSync(python!, [script, 'logits', tokens.join(','), ...folders], { encoding: 'utf8' });
    for (const [index, answer] of JSON.parse(output).entries()) {
      expect(answer.architecture).toBe(variants[index]![0]);
      expect(largestDifference(await checkpointLogits(checkpoints[index]!, tokens), answer.logits)).toBeLessThan(1e-4);
      expect(answer.encoded).toEqual([...Buffer.from(answer.text)]);
      expect(answer.decoded).toBe(answer.text);
    }
  },
  300_000,
);

describe.each(variants)('%s from %o, bias %s', (architecture, changes, bias) => {
  test('is chosen, loads as that family and comes back with the same weights', async () => {
    const place = temporaryFolder();
    const checkpoint = await randomCheckpoint(place, changes, bias);
    const report = await exportCheckpoint(checkpoint, join(place, 'exported'), { tokenizer: 'bytes' });
    expect(report.architecture).toBe(architecture);
    expect(report.files.map(({ name }) => name).sort()).toEqual(readdirSync(report.folder).sort());
    // A dense twin has become a mixture of one expert, which is another model of this lab.
    if (changes.kind === 'dense' && changes.queryKeyNorm) return;
    const back = await importModel([report.folder], join(place, 'back'), { ...options, name: 'random' });
    expect(await tensorsOf(join(back.folder, 'model.safetensors'))).toEqual(
      await tensorsOf(join(checkpoint, 'model.safetensors')),
    );
  });
});

test('large models are written in shards with an index', async () => {
  const place = temporaryFolder();
  const checkpoint = await randomCheckpoint(place, { renormalise: true }, false);
  const folder = join(place, 'exported');
  await exportCheckpoint(checkpoint, folder, { tokenizer: null, maximumShardBytes: 20_000 });
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  expect(names.length).toBeGreaterThan(2);
  const model = await openModel([folder]);
  expect(model.outline.source).toBe('index');
  expect(model.recognition.family).toBe('mixtral');
  expect(model.parameters.total).toBe(parameterTotal(await tensorsOf(join(checkpoint, 'model.safetensors'))));
  await model.close();
});

const parameterTotal = (tensors: Map<string, { data: Float32Array }>) =>
  [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);

test.each([
  [{}, 'model.renormalise'],
  [{ queryKeyNorm: true, renormalise: true }, 'model.queryKeyNorm'],
])('a bias that no architecture has is refused: %o', async (changes, field) => {
  const place = temporaryFolder();
  const checkpoint = await randomCheckpoint(place, changes, true);
  const error = await refused(exportCheckpoint(checkpoint, join(place, 'exported'), { tokenizer: null }));
  expect(error.field).toBe(field);
  expect(error.message).toContain('bias');
  expect(readdirSync(place)).toEqual(['step-00000003']);
});

test('an export overwrites nothing', async () => {
  const place = temporaryFolder({ 'exported/mine.txt': 'mine' });
  const checkpoint = await randomCheckpoint(place, {}, false);
  expect((await refused(exportCheckpoint(checkpoint, join(place, 'exported'), { tokenizer: null }))).value).toContain(
    'exported',
  );
  expect(readFileSync(join(place, 'exported/mine.txt'), 'utf8')).toBe('mine');
});

test('tokenizer.json of bytes has their ids', async () => {
  const place = temporaryFolder();
  await exportCheckpoint(await randomCheckpoint(place, {}, false), join(place, 'exported'), { tokenizer: 'bytes' });
  const { model, added_tokens } = JSON.parse(readFileSync(join(place, 'exported/tokenizer.json'), 'utf8'));
  const { vocabulary, endOfDocument } = await loadTokenizer('bytes');
  expect(Object.values<number>(model.vocab).sort((a, b) => a - b)).toEqual(
    Array.from({ length: vocabulary }, (_, id) => id),
  );
  expect(added_tokens[0].id).toBe(endOfDocument);
  // The table of GPT-2's byte-level vocabulary.
  expect([model.vocab.A, model.vocab.Ġ, model.vocab.Ċ, model.vocab.ÿ]).toEqual([65, 32, 10, 255]);
});

describe('an import refuses what does not map', () => {
  const changed = async (name: string, changes: Record<string, unknown>) => {
    const place = temporaryFolder();
    await cp(join(fixtures, name), join(place, 'model'), { recursive: true });
    const config = JSON.parse(await readFile(join(place, 'model/config.json'), 'utf8'));
    await writeFile(join(place, 'model/config.json'), JSON.stringify({ ...config, ...changes }));
    const error = await refused(importModel([join(place, 'model')], join(place, 'out'), options));
    expect(readdirSync(place)).toEqual(['model']);
    return error;
  };

  test.each<[string, Record<string, unknown>, string]>([
    ['mixtral', { hidden_act: 'gelu' }, 'hidden_act'],
    ['mixtral', { sliding_window: 8 }, 'sliding_window'],
    ['mixtral', { head_dim: 8 }, 'head_dim'],
    ['mixtral', { num_key_value_heads: 3 }, 'num_key_value_heads'],
    ['mixtral', { rope_parameters: { rope_type: 'yarn', rope_theta: 1e4 } }, 'rope_type'],
    ['mixtral', { quantization_config: { quant_method: 'fp8' } }, 'quantization_config'],
    ['mixtral', { num_experts_per_tok: 9 }, 'num_experts_per_tok'],
    ['mixtral', { num_hidden_layers: 3 }, 'num_hidden_layers'],
    ['mixtral', { num_hidden_layers: 1 }, 'num_hidden_layers'],
    ['mixtral', { num_hidden_layers: 1e9 }, 'layers'],
    ['mixtral', { num_hidden_layers: 512, num_local_experts: 4096 }, 'num_hidden_layers'],
    ['mixtral', { num_local_experts: 4096 }, 'experts'],
    ['mixtral', { num_attention_heads: 1e308 }, 'heads'],
    ['mixtral', { rms_norm_eps: 'x' }, 'rms_norm_eps'],
    ['olmoe', { clip_qkv: 8 }, 'clip_qkv'],
    ['mixtral', { model_type: 'unheard-of' }, 'unheard-of'],
    ['qwen2-moe', {}, 'has no place'],
    ['qwen3-moe', {}, 'model_type'],
    ['deepseek-v3', {}, 'model_type'],
    ['gpt-oss', {}, 'model_type'],
    ['ernie', {}, 'moe_layer_start_index'],
  ])('%s with %o', async (name, changes, says) => {
    const error = await changed(name, changes);
    expect(`${error.message} ${error.value}`).toContain(says);
  });

  test('weights that are no numbers', async () => {
    const place = temporaryFolder();
    await cp(join(fixtures, 'mixtral'), join(place, 'model'), { recursive: true });
    const file = join(place, 'model/model.safetensors');
    const tensors = await tensorsOf(file);
    tensors.get('model.norm.weight')!.data[3] = Number.NaN;
    await cp(file, join(place, 'before'));
    const { rm } = await import('node:fs/promises');
    await rm(file);
    await writeSafetensors(file, {
      tensors: [...tensors].map(([name, { shape, data }]) => ({ name, dtype: 'F32', shape, data: async () => data })),
    });
    const error = await refused(importModel([join(place, 'model')], join(place, 'out'), options));
    expect(error.message).toContain('NaN');
  });
});
