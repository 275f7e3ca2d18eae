// Pairwise Expert Similarity over checkpoints, with what its extreme pairs see.
import { z } from 'zod';
import { run, steps, tokens } from './fields.ts';
import type { ExpertToken } from './routing.ts';

export const similarityRequestSchema = z.strictObject({
  kind: z.literal('similarity'),
  run,
  steps,
  tokens: tokens(16_384),
  pairs: z.int().min(1).max(100).default(5).describe('most and least similar pairs listed a layer'),
  topTokens: z.int().min(1).max(100).default(10).describe('tokens listed for each expert of a pair'),
  confidence: z.number().gt(0.5).lt(1).default(0.95).describe('of the intervals over sequences'),
});

export type SimilarityRequest = z.infer<typeof similarityRequestSchema>;

/** What an expert sees: of the tokens that chose it, those it is most specialised on, and how they spread over the domains. */
export interface ExpertView {
  expert: number;
  tokens: number;
  top: ExpertToken[];
  /** Shares of the expert's own tokens; domains of none are left out. */
  domains: { name: string; share: number }[];
}

export interface SimilarPair {
  experts: [number, number];
  cosine: number;
  views: [ExpertView, ExpertView];
}

/** One checkpoint. */
export interface SimilarityPart {
  step: number;
  tokens: number;
  layers: number;
  experts: number;
  /** Sequences of T tokens that the sample has. */
  sequences: number;
  /**
   * L: PES (2506.14038 §3.3), and its standard error as if tokens were independent, as a run's evaluations give it: mostly too
   * small, since tokens of one sequence are not.
   */
  pes: number[];
  standardError: number[];
  /**
   * L: the cluster-robust standard error, sequences as clusters (deviation of the sequences' means over the root of their number), and
   * the interval at the asked confidence by Student's t over sequences; NaN with one sequence.
   */
  sequenceStandardError: number[];
  interval: [low: number, high: number][];
  minimum: number;
  /** L × E × E mean cosine of each pair. */
  cosines: Float64Array;
  /** Per layer, the most and the least similar first; empty with one expert. */
  most: SimilarPair[][];
  least: SimilarPair[][];
}
