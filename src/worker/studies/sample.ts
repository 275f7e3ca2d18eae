// The validation tokens of a study: those of a run's evaluations of as many tokens, in the same batches.
import { type SampleSize, sampleSize } from '../../shared/studies/sample.ts';
import { type ValidationBatch, validationBatches } from '../data/batches.ts';
import type { StudyModel } from './model.ts';

export type SampleBatch = ValidationBatch & {
  /** Tokens that count, the first of the batch. */
  counted: number;
};

/** The parts of a model that a sample follows from. */
type Sampled = Pick<StudyModel, 'configuration' | 'corpus'>;

export function* sampleBatches(
  { corpus, configuration: { model, training } }: Sampled,
  tokens: number,
): Generator<SampleBatch> {
  const { context } = model;
  for (const batch of validationBatches(corpus, { batch: training.batch, context, tokens })) {
    yield { ...batch, counted: batch.rows * context };
  }
}

/** What stands in the corpus at each of the n counted places. */
export interface SampledText {
  input: Int32Array;
  target: Int32Array;
  /** Of the targets, as in an evaluation. */
  domains: Int32Array;
}

/** 12 bytes a token. */
export function sampledText(model: Sampled, tokens: number): SampledText {
  const { tokens: size } = sizeOfSample(model, tokens);
  const text = { input: new Int32Array(size), target: new Int32Array(size), domains: new Int32Array(size) };
  let at = 0;
  for (const { tokens: inputs, targets, domains, counted } of sampleBatches(model, tokens)) {
    text.input.set(inputs.subarray(0, counted), at);
    text.target.set(targets.subarray(0, counted), at);
    text.domains.set(domains.subarray(0, counted), at);
    at += counted;
  }
  return text;
}

export const sizeOfSample = ({ corpus, configuration: { model, training } }: Sampled, tokens: number): SampleSize =>
  sampleSize({ batch: training.batch, context: model.context }, tokens, corpus.tokens.validation);

/** The experts that every counted token of a sample chose, layer by layer: two bytes a slot. */
export class Choices {
  /** Per layer [n, K]. */
  readonly layers: Uint16Array[];
  #filled = 0;

  constructor({ configuration: { model } }: Pick<StudyModel, 'configuration'>, size: number) {
    this.layers = Array.from({ length: model.layers }, () => new Uint16Array(size * model.active));
  }

  /** @param chosen [L, n, K] of the next tokens */
  add(chosen: ArrayLike<number>): void {
    const slots = chosen.length / this.layers.length;
    for (const [layer, choices] of this.layers.entries()) {
      for (let slot = 0; slot < slots; slot++) choices[this.#filled + slot] = chosen[layer * slots + slot]!;
    }
    this.#filled += slots;
  }
}
