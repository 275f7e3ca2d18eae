// Exports a checkpoint of this lab as a folder that transformers loads and that gives the same logits. One tensor is in
// memory at a time; the folder appears under its name when it is complete.
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelConfiguration } from '../../shared/config/schema.ts';
import { LabError } from '../../shared/errors.ts';
import type { ExportReport } from '../../shared/inspection.ts';
import { systemFault } from '../../shared/system-faults.ts';
import type { TokenizerName } from '../../shared/worker-messages.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { fileSystem } from '../checkpoint/file-system.ts';
import { refusal } from '../checkpoint/refusal.ts';
import { type TensorSource, writeSafetensors } from '../checkpoint/safetensors-write.ts';
import { writeText } from '../checkpoint/write-text.ts';
import { biasName as ourBiasName } from '../train/training-state.ts';
import { type Architecture, chooseArchitecture } from './architecture.ts';
import { toTheirs } from './rearrange.ts';
import { biasName, tensorNames } from './tensor-names.ts';
import { endTokens, json, tokenizerFiles } from './tokenizer-files.ts';

export interface ExportOptions {
  /** What the corpus was tokenised with; null where nobody knows. */
  tokenizer: TokenizerName | null;
  /** Larger models are written in shards of at most so many bytes, with an index. */
  maximumShardBytes?: number;
  signal?: AbortSignal;
}

/**
 * @param checkpoint folder `step-…` of this lab; every byte is verified first
 * @param folder to be made; it must not exist
 * @throws LabError 'checkpoint' when the checkpoint is damaged, no architecture computes the same, or the folder cannot be written
 */
export async function exportCheckpoint(
  checkpoint: string,
  folder: string,
  options: ExportOptions,
): Promise<ExportReport> {
  const opened = await openCheckpoint(checkpoint);
  try {
    const biases = await readBiases(opened);
    const { model } = opened.state.configuration;
    const architecture = chooseArchitecture(model, biases.length > 0);
    const { files, notes } = await write(opened, architecture, biases, folder, options);
    return { architecture: architecture.name, folder, files, notes: [...architecture.reasons, ...notes] };
  } finally {
    await opened.close();
  }
}

/** Loss-free biases by layer; none where all are zero. */
async function readBiases({ state, readBuffer }: Checkpoint): Promise<Float32Array[]> {
  const { layers } = state.configuration.model;
  const names = new Set(state.buffers.map(({ name }) => name));
  const biases: Float32Array[] = [];
  for (let layer = 0; layer < layers && names.has(ourBiasName(layer)); layer++) {
    biases.push(await readBuffer(ourBiasName(layer)));
  }
  return biases.some((bias) => bias.some((value) => value !== 0)) ? biases : [];
}

async function write(
  checkpoint: Checkpoint,
  architecture: Architecture,
  biases: Float32Array[],
  folder: string,
  { tokenizer, maximumShardBytes = 5e9, signal }: ExportOptions,
): Promise<Pick<ExportReport, 'files' | 'notes'>> {
  const { model } = checkpoint.state.configuration;
  const files: ExportReport['files'] = [];
  const partial = `${folder}.partial`;
  try {
    await refuseExisting(folder);
    await mkdir(dirname(partial), { recursive: true });
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    const text = async (name: string, content: string) => {
      files.push({ name, bytes: (await writeText(join(partial, name), content, fileSystem)).bytes });
    };
    await writeShards(partial, tensorSources(checkpoint, architecture, biases, signal), maximumShardBytes, files, text);
    const end = tokenizer !== null && endTokens[tokenizer] < model.vocabulary ? endTokens[tokenizer] : null;
    await text('config.json', json(configOf(model, architecture, end)));
    await text('generation_config.json', json({ _from_model_config: true, eos_token_id: end }));
    const { files: tokenizerTexts, notes } = tokenizerFiles(tokenizer, model.context);
    for (const { name, text: content } of tokenizerTexts) await text(name, content);
    await rename(partial, folder);
    return { files, notes };
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    const reason = systemFault(error);
    throw reason ? refusal(folder, `the export cannot be written: ${reason}`) : error;
  }
}

async function refuseExisting(folder: string): Promise<void> {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  const remedy = 'Choose another name, or remove it first.';
  throw new LabError('checkpoint', `${folder} exists already, and an export overwrites nothing.`, {
    field: 'folder',
    value: folder,
    remedy,
  });
}

function tensorSources(
  { state, read }: Checkpoint,
  { name, zeros }: Architecture,
  biases: Float32Array[],
  signal: AbortSignal | undefined,
): TensorSource[] {
  const { model } = state.configuration;
  const d = model.width / model.heads;
  const own = tensorNames(model, name).map(({ ours, theirs, shape, step }): TensorSource => {
    const [inner, out] = shape as [number, number];
    return {
      name: theirs,
      dtype: 'F32',
      shape: step === 'same' ? shape : [out, inner],
      data: async () => {
        signal?.throwIfAborted();
        return toTheirs(await read('parameter', ours), step, [inner, out], d);
      },
    };
  });
  const added = Array.from({ length: model.layers }, (_, layer) =>
    zeros.map(({ name: zero, shape }): TensorSource => {
      const length = shape.reduce((product, extent) => product * extent, 1);
      return { name: `model.layers.${layer}.${zero}`, dtype: 'F32', shape, data: async () => new Float32Array(length) };
    }),
  );
  const correction = biases.map(
    (bias, layer): TensorSource => ({
      name: biasName(layer),
      dtype: 'F32',
      shape: [1, bias.length],
      data: async () => bias,
    }),
  );
  return [...own, ...added.flat(), ...correction];
}

async function writeShards(
  folder: string,
  sources: TensorSource[],
  maximumBytes: number,
  files: ExportReport['files'],
  text: (name: string, content: string) => Promise<void>,
): Promise<void> {
  const sizes = sources.map(({ shape }) => 4 * shape.reduce((product, extent) => product * extent, 1));
  const shards: TensorSource[][] = [];
  let room = 0;
  for (const [index, source] of sources.entries()) {
    if (sizes[index]! > room || shards.length === 0) {
      shards.push([]);
      room = maximumBytes;
    }
    shards.at(-1)!.push(source);
    room -= sizes[index]!;
  }
  const five = (value: number) => String(value).padStart(5, '0');
  const nameOf = (shard: number) =>
    shards.length === 1 ? 'model.safetensors' : `model-${five(shard + 1)}-of-${five(shards.length)}.safetensors`;
  for (const [shard, tensors] of shards.entries()) {
    const name = nameOf(shard);
    files.push({
      name,
      bytes: (await writeSafetensors(join(folder, name), { tensors, metadata: { format: 'pt' } })).bytes,
    });
  }
  if (shards.length === 1) return;
  const map = Object.fromEntries(shards.flatMap((tensors, shard) => tensors.map(({ name }) => [name, nameOf(shard)])));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await text('model.safetensors.index.json', json({ metadata: { total_size: total }, weight_map: map }));
}

function configOf(model: ModelConfiguration, { name, modelType, fields }: Architecture, end: number | null): object {
  return {
    architectures: [name],
    model_type: modelType,
    vocab_size: model.vocabulary,
    hidden_size: model.width,
    intermediate_size: model.expertWidth,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    num_key_value_heads: model.heads,
    max_position_embeddings: model.context,
    hidden_act: 'silu',
    rms_norm_eps: model.normEpsilon,
    // Release 5 reads rope_parameters, earlier ones rope_theta.
    rope_theta: model.ropeTheta,
    rope_parameters: { rope_type: 'default', rope_theta: model.ropeTheta },
    initializer_range: model.initDeviation,
    tie_word_embeddings: false,
    bos_token_id: null,
    eos_token_id: end,
    pad_token_id: null,
    use_cache: true,
    dtype: 'float32',
    torch_dtype: 'float32',
    ...fields,
  };
}
