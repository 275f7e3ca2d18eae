// The token lens: each token's experts, layer by layer, in one text.
import { z } from 'zod';
import { run, step } from './fields.ts';

export const lensRequestSchema = z.strictObject({
  kind: z.literal('lens'),
  run,
  step,
  source: z.discriminatedUnion('from', [
    z.strictObject({ from: z.literal('text'), text: z.string().min(1).max(100_000) }),
    /** A stretch of the validation split, from this token. */
    z.strictObject({ from: z.literal('validation'), position: z.int().min(0).max(1e12) }),
  ]),
});

export type LensRequest = z.infer<typeof lensRequestSchema>;

/** One text of n ≤ T tokens under one checkpoint; the key is 'text'. */
export interface LensPart {
  step: number;
  /** `text` as worker/studies/token-text.ts shows it: control characters as pictures (␊), bytes that are no character as \\xE2. */
  tokens: { id: number; text: string }[];
  /** Tokens of the text beyond the context, left out. */
  cut: number;
  /** Layers with a router: 0 in a dense model, whose `chosen` is empty. */
  layers: number;
  active: number;
  /** n: cross-entropy of the next token, nats; NaN where no token follows. */
  losses: Float64Array;
  /** n × the most probable next token. */
  predicted: { id: number; text: string }[];
  /** L × n × K experts by falling score, and their router probabilities. */
  chosen: Int32Array;
  probabilities: Float64Array;
}
