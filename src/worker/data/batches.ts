// Which tokens a step trains on: a pure function of the corpus, the seed, the batch's shape and the step, so that a run
// resumed anywhere goes on with the same data. It keeps no state.
//
// The training split is cut into windows of T inputs and their T targets (the inputs moved on by one, so that two
// neighbours share one token); what remains at the end and fills no window is not used. Each epoch takes every window once,
// in an order of its own; a batch that reaches the end of an epoch goes on with the next.
import { createHash } from 'node:crypto';
import { LabError } from '../../shared/errors.ts';
import { sampleSize } from '../../shared/studies/sample.ts';
import { Generator } from '../random/generator.ts';
import { permute } from '../random/permutation.ts';
import type { Corpus } from './corpus.ts';
import type { Split } from './corpus-format.ts';

export interface DataOrder {
  /** seeds.data of the run. */
  seed: number;
  /** B, sequences of one micro-batch. */
  batch: number;
  /** T */
  context: number;
  /** Micro-batches of one step. */
  accumulate: number;
}

export interface Batch {
  /** B × T, row by row. */
  tokens: Int32Array;
  /** B × T: the token that follows each. */
  targets: Int32Array;
}

export interface ValidationBatch extends Batch {
  /** B × T indices into the corpus' domains, of the targets; −1 in rows that only fill the batch up. */
  domains: Int32Array;
  /** Rows to count. All B, unless the whole split has fewer windows than B: the other rows repeat the first. */
  rows: number;
}

/** Windows of T inputs and T targets in a split. @throws LabError 'corpus' when not even one fits. */
export function windowCount(corpus: Corpus, split: Split, context: number): number {
  const count = Math.floor((corpus.tokens[split] - 1) / context);
  if (count >= 1) return count;
  const { name } = corpus.description;
  const largest = corpus.tokens[split] - 1;
  throw new LabError(
    'corpus',
    `A context of ${context} tokens is longer than the ${split} split of "${name}", which has room for 2 to ${largest}.`,
    { field: 'model.context', value: String(context), remedy: 'Choose a shorter context or a larger corpus.' },
  );
}

/**
 * The micro-batch `micro` (from 0) of optimizer step `step` (from 1).
 * @throws LabError 'corpus' when the context is longer than the training split.
 */
export function trainBatch(corpus: Corpus, order: DataOrder, step: number, micro = 0): Batch {
  const { seed, batch, context, accumulate } = order;
  if (!(Number.isInteger(step) && step >= 1 && Number.isInteger(micro) && micro >= 0 && micro < accumulate)) {
    throw new RangeError(`There is no micro-batch ${micro} of step ${step}: steps begin at 1, micro-batches at 0.`);
  }
  const windows = windowCount(corpus, 'train', context);
  const first = ((step - 1) * accumulate + micro) * batch;
  if (!Number.isSafeInteger(first + batch)) throw new RangeError(`Step ${step} lies beyond 2^53 sequences.`);
  const starts = Array.from({ length: batch }, (_, row) => {
    const epoch = Math.floor((first + row) / windows);
    const key = new Generator(seed, 'data order', epoch).key();
    return permute((first + row) % windows, windows, key) * context;
  });
  return readWindows(corpus, 'train', starts, context);
}

/**
 * Windows spread evenly over the validation split, the same at every call: about `tokens` of them, rounded up to whole
 * batches, or as many whole batches as the split has.
 * @throws LabError 'corpus' when the context is longer than the validation split.
 */
export function* validationBatches(
  corpus: Corpus,
  { batch, context, tokens }: { batch: number; context: number; tokens: number },
): IterableIterator<ValidationBatch> {
  const windows = windowCount(corpus, 'validation', context);
  const { batches, rows } = sampleSize({ batch, context }, tokens, corpus.tokens.validation);
  const count = batches * rows;
  for (let index = 0; index < batches; index++) {
    const starts = Array.from({ length: batch }, (_, row) => {
      const place = row < rows ? index * rows + row : 0;
      return Math.floor((place * windows) / count) * context;
    });
    const domains = new Int32Array(batch * context).fill(-1);
    for (let row = 0; row < rows; row++) {
      domains.set(corpus.domainsOf('validation', starts[row]! + 1, context), row * context);
    }
    yield { ...readWindows(corpus, 'validation', starts, context), domains, rows };
  }
}

/** sha256 over everything that decides the order of the data: two runs with the same hash see the same tokens. */
export function dataHash(corpusHash: string, { seed, batch, context, accumulate }: DataOrder): string {
  const parts = ['data order 1', corpusHash, seed, batch, context, accumulate];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function readWindows(corpus: Corpus, split: Split, starts: number[], context: number): Batch {
  const tokens = new Int32Array(starts.length * context);
  const targets = new Int32Array(starts.length * context);
  starts.forEach((start, row) => {
    const window = corpus.readTokens(split, start, context + 1);
    tokens.set(window.subarray(0, context), row * context);
    targets.set(window.subarray(1), row * context);
  });
  return { tokens, targets };
}
