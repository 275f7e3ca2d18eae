// Fields that requests of several kinds of study share.
import { z } from 'zod';

export const run = z.string().min(1).max(64).describe('the run whose checkpoints are studied');

export const steps = z
  .array(z.int().min(0).max(Number.MAX_SAFE_INTEGER))
  .min(1)
  .max(1000)
  .refine((all) => all.every((step, index) => index === 0 || step > all[index - 1]!), 'must ascend')
  .describe('steps of the checkpoints, ascending');

export const step = z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe('step of the checkpoint');

/** A sample from the start of the validation split, whole batches. */
export const tokens = (standard: number) =>
  z.int().min(1).max(1e9).default(standard).describe('validation tokens of the sample; the whole split when smaller');
