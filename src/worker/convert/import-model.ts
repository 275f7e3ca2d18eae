// Imports a model of transformers as a checkpoint of this lab, to be evaluated, pruned or trained further: moments zero, step 0.
// Whatever it does not understand it refuses before it writes.
import { createHash } from 'node:crypto';
import { parseConfiguration } from '../../shared/config/parse.ts';
import type { ModelConfiguration, RunConfiguration } from '../../shared/config/schema.ts';
import type { ImportReport } from '../../shared/inspection.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { notFinite } from '../checkpoint/not-finite.ts';
import { quote, refusal } from '../checkpoint/refusal.ts';
import { type MoeLayer, readExpertMatrix } from '../inspect/moe-layers.ts';
import { type OpenedModel, openModel } from '../inspect/open-model.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { biasName as ourBiasName } from '../train/training-state.ts';
import { type Imported, importedModel } from './imported-model.ts';
import { toOurs } from './rearrange.ts';
import { biasName, type TensorName, tensorNames } from './tensor-names.ts';

export interface ImportOptions {
  /** What the configuration is called. */
  name: string;
  /** Name of the corpus that a run would go on with; the model was not trained on it here. */
  corpus: string;
  /** T; at most the model's own, by default at most 1024. */
  context?: number;
  signal?: AbortSignal;
}

/**
 * Writes `parent`/step-00000000.
 * @param paths one model, as `groupPaths` groups them
 * @throws LabError 'checkpoint' naming the field or tensor that does not map
 */
export async function importModel(
  paths: readonly string[],
  parent: string,
  options: ImportOptions,
): Promise<ImportReport> {
  const opened = await openModel(paths, options.signal);
  try {
    const imported = importedModel(opened, options.context);
    const reader = new Reader(opened, imported);
    await reader.refuseWhatIsLeft();
    const buffers = await reader.buffers();
    const configuration = configurationOf(imported.model, buffers.length > 0, options);
    const hashes = await hash(imported.model, (name) => reader.read(name));
    const { folder } = await writeCheckpoint(parent, {
      step: 0,
      tokens: 0,
      seconds: 0,
      configuration,
      corpusHash: 'imported',
      ...hashes,
      buffers,
      download: async (kind, name) =>
        kind === 'parameter' ? reader.read(name) : new Float32Array(reader.lengthOf(name)),
    });
    const start = 'Moments are zero and the step is 0: training goes on with the warm-up of its own schedule.';
    return { folder, notes: [...imported.notes, ...reader.notes, start] };
  } finally {
    await opened.close();
  }
}

/** Our parameters out of their tensors. */
class Reader {
  readonly notes: string[] = [];
  readonly #opened: OpenedModel;
  readonly #imported: Imported;
  readonly #names: ReadonlyMap<string, TensorName>;
  readonly #layers: ReadonlyMap<number, MoeLayer>;
  readonly #used = new Set<string>();

  constructor(opened: OpenedModel, imported: Imported) {
    this.#opened = opened;
    this.#imported = imported;
    const { model, architecture, keyHeads } = imported;
    this.#names = new Map(tensorNames(model, architecture).map((name) => [name.ours, name]));
    const { layers, expertTensors, routerTensors } = opened.layout;
    this.#layers = new Map(layers.map((layer) => [layer.layer, layer]));
    for (const name of [...expertTensors.keys(), ...routerTensors]) this.#used.add(name);
    for (const { theirs } of this.#names.values()) this.#used.add(theirs);
    if (keyHeads < model.heads) {
      this.notes.push(
        `Each of the ${keyHeads} heads of keys and values is repeated ${model.heads / keyHeads} times: this lab has one for each of the ${model.heads} heads of queries.`,
      );
    }
    if (!opened.weights.tensors.has('lm_head.weight')) {
      this.notes.push('The output layer was the embedding; here it is a copy, which training will move away from it.');
    }
  }

  lengthOf(ours: string): number {
    return this.#names.get(ours)!.shape.reduce((product, extent) => product * extent, 1);
  }

  /** One of our parameters, in our layout. */
  async read(ours: string): Promise<Float32Array> {
    const { shape, step } = this.#names.get(ours)!;
    const { width, heads } = this.#imported.model;
    const values = await this.#rows(this.#names.get(ours)!);
    const { count, first } = notFinite(values);
    if (count > 0) {
      const value = String(values[first!]);
      throw refusal(
        this.#opened.source.path,
        `has ${count} entries for ${ours} that are no finite numbers, the first ${value}`,
        { value },
      );
    }
    return toOurs(values, step, shape as [number, number], width / heads);
  }

  /** In their layout: [out, in] of a matrix. */
  async #rows({ ours, theirs, shape, step }: TensorName): Promise<Float32Array> {
    const { weights } = this.#opened;
    const [, layer, member, part] = /^layers\.(\d+)\.experts\.(\d+)\.(gate|up|down)$/.exec(ours) ?? [];
    const slice = this.#layers.get(Number(layer))?.matrices[Number(member)]?.[part as 'gate' | 'up' | 'down'];
    if (slice) return this.#checked(await readExpertMatrix(weights, slice), ours, shape);
    if (/attention\.(key|value|keyNorm)$/.test(ours))
      return this.#checked(await this.#repeatHeads(theirs), ours, shape);
    const router = ours.endsWith('.router') ? this.#layers.get(Number(ours.split('.')[1]))?.router.tensor : undefined;
    const tied = theirs === 'lm_head.weight' && !weights.tensors.has(theirs);
    const name = router ?? (tied ? 'model.embed_tokens.weight' : theirs);
    const expected = step === 'same' ? shape : [...shape].reverse();
    if (String(weights.find(name).shape) !== String(expected)) throw this.#misshapen(name, expected);
    return weights.read(name);
  }

  #checked(values: Float32Array, ours: string, shape: readonly number[]): Float32Array {
    const wanted = shape.reduce((product, extent) => product * extent, 1);
    if (values.length === wanted) return values;
    throw refusal(
      this.#opened.source.path,
      `has ${values.length} numbers for ${ours}; the configuration asks for ${wanted}`,
      {
        value: String(values.length),
      },
    );
  }

  #misshapen(name: string, expected: readonly number[]) {
    const value = `[${this.#opened.weights.find(name).shape}]`;
    return refusal(
      this.#opened.source.path,
      `tensor ${quote(name)} has the shape ${value}; config.json asks for [${expected}]`,
      { value },
    );
  }

  /** Rows (or gains) of each head of keys or values, once for every head of queries that it serves. */
  async #repeatHeads(theirs: string): Promise<Float32Array> {
    const { keyHeads, model } = this.#imported;
    const values = await this.#opened.weights.read(theirs);
    const perHead = values.length / keyHeads;
    if (keyHeads === model.heads || !Number.isInteger(perHead)) return values;
    const repeated = new Float32Array(perHead * model.heads);
    const share = model.heads / keyHeads;
    for (let head = 0; head < model.heads; head++) {
      const from = Math.floor(head / share) * perHead;
      repeated.set(values.subarray(from, from + perHead), head * perHead);
    }
    return repeated;
  }

  async buffers(): Promise<{ name: string; shape: readonly number[]; data: Float32Array }[]> {
    const { model, architecture } = this.#imported;
    if (architecture !== 'Ernie4_5_MoeForCausalLM') return [];
    const layers = Array.from({ length: model.layers }, (_, layer) => layer);
    return Promise.all(
      layers.map(async (layer) => ({
        name: ourBiasName(layer),
        shape: [model.experts],
        data: this.#checked(await this.#opened.weights.read(biasName(layer)), ourBiasName(layer), [model.experts]),
      })),
    );
  }

  /** A tensor that has no place here would change what the model computes, unless it adds nothing. */
  async refuseWhatIsLeft(): Promise<void> {
    const { weights, source } = this.#opened;
    for (const { name } of weights.tensors.values()) {
      if (this.#used.has(name) || /rotary_emb\.inv_freq$/.test(name)) continue;
      const [, shared] = /^(.+\.mlp\.)shared_expert[._]/.exec(name) ?? [];
      if (shared !== undefined && (await this.#isZero(`${shared}shared_expert.down_proj.weight`))) continue;
      throw refusal(source.path, `has the tensor ${quote(name)}, which a model of this lab has no place for`, {
        value: quote(name),
      });
    }
  }

  async #isZero(name: string): Promise<boolean> {
    for await (const piece of this.#opened.weights.pieces(name)) if (piece.some((value) => value !== 0)) return false;
    return true;
  }
}

/** How the imported model would be trained further; a person changes it before doing so. */
function configurationOf(
  model: ModelConfiguration,
  hasBias: boolean,
  { name, corpus }: ImportOptions,
): RunConfiguration {
  return parseConfiguration({
    name,
    corpus,
    model,
    objective: hasBias ? [{ kind: 'loss-free-bias' }] : [],
    training: { steps: 1000, batch: 8, learningRate: 1e-4, warmupSteps: 100, checkpointEvery: 0 },
    evaluation: { every: 100, denseUntil: 0, tokens: 65_536, similarityEvery: 1, similarityTokens: 4096 },
  });
}

/** As the hashes of an initialisation are made: what a run started from. */
async function hash(model: ModelConfiguration, read: (name: string) => Promise<Float32Array>) {
  const all = createHash('sha256');
  const withoutRouters = createHash('sha256');
  for (const { name, shape, init } of parameterSpecifications(model)) {
    const values = await read(name);
    for (const digest of init === 'router' ? [all] : [all, withoutRouters]) {
      digest.update(JSON.stringify([name, shape]));
      digest.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return { initHash: all.digest('hex'), initHashWithoutRouters: withoutRouters.digest('hex') };
}
