// A batch of random tokens: for what needs the shapes of training and no text.
import type { RunConfiguration } from '../../shared/config/schema.ts';
import type { Batch } from '../data/batches.ts';
import { Generator } from '../random/generator.ts';

export function randomBatch({ model, training }: RunConfiguration): Batch & Record<string, Int32Array> {
  const generator = new Generator(1, 'random batch');
  const ids = () =>
    Int32Array.from({ length: training.batch * model.context }, () => generator.integer(model.vocabulary));
  return { tokens: ids(), targets: ids() };
}
