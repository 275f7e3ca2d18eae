// How many tokens a sample of the validation split has: windows of T tokens in whole batches of B. worker/data/batches.ts reads
// the batches.

export interface SampleSize {
  batches: number;
  /** Sequences of each batch that count; fewer than B only where the whole split has fewer. */
  rows: number;
  /** Tokens that count. */
  tokens: number;
  /** Tokens of the forward passes, rows that only fill a batch up included. */
  computed: number;
}

/** About `tokens`, rounded up to whole batches, or as many whole batches as the split has. */
export function sampleSize(
  { batch, context }: { batch: number; context: number },
  tokens: number,
  validationTokens: number,
): SampleSize {
  const windows = Math.max(1, Math.floor((validationTokens - 1) / context));
  const rows = Math.min(batch, windows);
  const batches = Math.max(1, Math.min(Math.ceil(tokens / (context * batch)), Math.floor(windows / batch)));
  return { batches, rows, tokens: batches * rows * context, computed: batches * batch * context };
}
