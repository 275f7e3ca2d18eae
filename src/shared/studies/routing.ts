// How a run's routing moves over its checkpoints: saturation, switch rate, co-activation, specialisation.
import { z } from 'zod';
import { run, steps, tokens } from './fields.ts';

export const routingRequestSchema = z.strictObject({
  kind: z.literal('routing'),
  run,
  /** The last is the reference that saturation is measured against. */
  steps,
  tokens: tokens(65_536),
  topTokens: z.int().min(1).max(100).default(10).describe('tokens listed for each expert'),
});

export type RoutingRequest = z.infer<typeof routingRequestSchema>;

/** Which token an expert is specialised on: the one it reads, the one it should predict, the one the model predicts. */
export const vocabularies = ['input', 'target', 'predicted'] as const;
export type Vocabulary = (typeof vocabularies)[number];

export interface ExpertToken {
  token: number;
  text: string;
  /** N_xi, how often the expert was chosen with this token, and N_xi / N_x, of how often the token comes. */
  count: number;
  share: number;
}

/** One checkpoint. Matrices are row-major. Shares are of counted tokens alone. */
export interface RoutingPart {
  step: number;
  tokens: number;
  /** Mean cross-entropy on the sample, nats a token. */
  loss: number;
  experts: number;
  layers: number;
  /** L × E slots. */
  counts: Float64Array;
  /** L: mean over tokens of |chosen here ∩ chosen at the last checkpoint| / K (OLMoE, 2409.02060 §5.1). */
  saturation: number[];
  /** L: mean over tokens of 1 − |chosen here ∩ chosen at the checkpoint before| / K; null at the first. */
  switchRate: number[] | null;
  /** L × E × E: N_ij tokens that chose i and j; N_i on the diagonal. Co-activation of i with j is N_ij / N_i (OLMoE §5.2). */
  together: Float64Array;
  /** Names of G domains, their tokens N_G, and L × E × G slots N_iG. Specialisation is N_iG / N_G (OLMoE §5.3); K/E is none. */
  domains: { names: string[]; tokens: number[]; slots: Float64Array };
  /**
   * L × E: the mean of N_xi / N_x (OLMoE §5.4) over the expert's own tokens, NaN where it has none; and L × E lists of the tokens that
   * it is most specialised on, by the lower end of the 95% Wilson interval of their share.
   */
  vocabulary: Record<Vocabulary, { specialisation: Float64Array; top: ExpertToken[][][] }>;
}
