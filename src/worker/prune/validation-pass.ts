// The validation pass of one variant: its losses, where its tokens were routed, and the seconds that it took.
import { sampleSize } from '../../shared/studies/sample.ts';
import type { Evaluation } from '../../shared/worker-messages.ts';
import { type ValidationBatch, validationBatches } from '../data/batches.ts';
import { DomainLosses } from '../train/domain-losses.ts';
import type { UnprunedModel } from './unpruned-model.ts';
import { compileVariant, inputsOf, type Variant } from './variant.ts';

export interface ValidationPass extends Pick<Evaluation, 'loss' | 'perplexity' | 'domains'> {
  tokens: number;
  /** Mean loss of each sequence, in the order of the split. */
  blocks: Float64Array;
  /** [ΣE] slots that were kept. */
  counts: Float64Array;
  /** Of the forward passes alone, after one that is not counted. */
  seconds: number;
}

/** Evaluates as training does, on the same windows. Yields after each batch, so that its caller can stop it. */
export async function* validate(
  { corpus, configuration }: UnprunedModel,
  variant: Variant,
  tokens: number,
): AsyncGenerator<{ done: number; total: number }, ValidationPass> {
  const { context } = variant.model;
  const { batches, rows } = sampleSize(
    { batch: configuration.training.batch, context },
    tokens,
    corpus.tokens.validation,
  );
  // As many rows as count: none only fills the batch up, so that all slots are of the sample.
  const sample = { batch: rows, context, tokens };
  const losses = new DomainLosses(corpus.domains);
  const blocks = new Float64Array(batches * rows);
  const counts = new Float64Array(variant.experts.reduce((sum, count) => sum + count, 0));
  let seconds = 0;
  const program = await compileVariant(variant, rows);
  try {
    const [first] = validationBatches(corpus, sample);
    await program.run(inputsOf(variant, first!));
    let done = 0;
    for (const batch of validationBatches(corpus, sample)) {
      const begin = performance.now();
      const { nll, counts: slots } = await program.run(inputsOf(variant, batch));
      seconds += (performance.now() - begin) / 1000;
      losses.add(nll!.data, batch.domains);
      blocks.set(sequenceMeans(nll!.data, context), done * rows);
      slots!.data.forEach((count, expert) => {
        counts[expert]! += count;
      });
      yield { done: ++done, total: batches };
    }
  } finally {
    await program.dispose();
  }
  const { loss, perplexity, domains, evaluatedTokens } = losses.measures();
  return { loss, perplexity, domains, tokens: evaluatedTokens, blocks, counts, seconds };
}

const sequenceMeans = (nll: ArrayLike<number>, context: number): number[] =>
  Array.from({ length: nll.length / context }, (_, row) => {
    let sum = 0;
    for (let token = row * context; token < (row + 1) * context; token++) sum += nll[token]!;
    return sum / context;
  });

/** `batch` sequences spread over the validation split; where it has fewer, its first fills the batch up. */
export function timedBatch({ corpus }: UnprunedModel, batch: number, context: number): ValidationBatch {
  const [first] = validationBatches(corpus, { batch, context, tokens: 1 });
  return first!;
}
