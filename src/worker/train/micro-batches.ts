// The data of one optimizer step, in its micro-batches.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import { type Batch, type DataOrder, trainBatch } from '../data/batches.ts';
import type { Corpus } from '../data/corpus.ts';

export const dataOrderOf = ({ model, training, seeds }: RunConfiguration): DataOrder => ({
  seed: seeds.data,
  batch: training.batch,
  context: model.context,
  accumulate: training.accumulate,
});

/** Tokens that one optimizer step trains on. */
export const tokensOfStep = ({ model, training }: RunConfiguration): number =>
  training.accumulate * training.batch * model.context;

/** The micro-batches of an optimizer step, which counts from 1. */
export function microBatches(corpus: Corpus, configuration: RunConfiguration, step: number): Batch[] {
  const order = dataOrderOf(configuration);
  return Array.from({ length: order.accumulate }, (_, micro) => trainBatch(corpus, order, step, micro));
}
