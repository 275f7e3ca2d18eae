// What curves of pruned models show, in words.
import type { CurveValue } from '../../state/pruning-curves.ts';

export const valueWords: Readonly<Record<CurveValue, string>> = {
  loss: 'validation loss (nats a token)',
  rise: 'rise of the loss over the unpruned model’s (nats a token)',
};
