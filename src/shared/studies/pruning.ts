// Pruning experiments of one checkpoint: the same validation tokens under many settings, each a part.
import { z } from 'zod';
import { run, step, tokens } from './fields.ts';

export const pruningCriteria = [
  'frequency',
  'gate-weighted-frequency',
  'reap',
  'output-similarity',
  'router-similarity',
  'random',
] as const;
export type PruningCriterion = (typeof pruningCriteria)[number];

const renormalise = z.boolean().default(false).describe('divide the gates that stay by their sum');
const ratio = z.number().gt(0).lt(1).describe('share of the experts that is removed, to the nearest whole expert');
const scope = z.enum(['layer', 'global']).default('layer').describe('the same share of each layer, or of all together');
const criterion = z.enum(pruningCriteria);
const reversed = z.boolean().default(false).describe('keeps what the criterion would drop: a control');
/** How sensitive a layer is: the loss with that one alone pruned, from 0. */
const layer = z.int().min(0).max(4095).optional().describe('prunes this layer alone; all when left out');
const draw = z.int().min(0).max(1000).default(0).describe('which random draw');

/** One setting. The unpruned model is always measured beside, as the setting 'none'. */
export const pruningSettingSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('none') }),
  /**
   * Fig. 4; 2401.06066 §4.5: mask each token's m experts of the best score, route to the top K of the rest. m ≤ E − K.
   * Scores are probabilities p, or p + b with a loss-free bias, here as in every method; gates stay p of the full softmax.
   */
  z.strictObject({ method: z.literal('drop-top'), experts: z.int().min(0).max(4095), renormalise, layer }),
  /** Table 6: drop a token's chosen experts with probability p under τ (p of the full softmax, whatever the model renormalises). */
  z.strictObject({
    method: z.literal('threshold'),
    threshold: z.number().min(0).max(1),
    renormalise,
    keepOne: z.boolean().default(true).describe('the most probable of the chosen always stays'),
    layer,
  }),
  z.strictObject({ method: z.literal('fewer-active'), active: z.int().min(1).max(4096), renormalise, layer }),
  /** 2310.04361: keep the most probable experts until their cumulative share of the chosen K is ≥ τ. */
  z.strictObject({ method: z.literal('dynamic'), share: z.number().gt(0).max(1), renormalise, layer }),
  /**
   * Whole experts go, those of the lowest scores of the criterion first; their columns leave R, and the softmax is over the rest.
   * Each layer keeps at least one expert, and routes to min(K, kept).
   */
  z.strictObject({ method: z.literal('remove'), criterion, ratio, scope, reversed, draw, layer }),
  /**
   * The experts that 'remove' would drop are averaged into the one that stays and is most like them: weights, router columns and
   * biases, each weighted by slots on the calibration tokens. Neurons are averaged as they lie, not aligned first.
   */
  z.strictObject({
    method: z.literal('merge'),
    similarity: z.enum(['output-similarity', 'router-similarity']),
    ratio,
    scope,
    layer,
  }),
]);

export type PruningSetting = z.infer<typeof pruningSettingSchema>;
export type PruningSettingInput = z.input<typeof pruningSettingSchema>;

export const pruningRequestSchema = z.strictObject({
  kind: z.literal('pruning'),
  run,
  step,
  settings: z.array(pruningSettingSchema).min(1).max(500),
  tokens: tokens(1e9).describe('validation tokens of each evaluation; the whole split when smaller'),
  calibration: z
    .strictObject({
      tokens: z.int().min(1).max(1e9).default(32_768),
      seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    })
    .prefault({})
    .describe('training tokens that criteria are computed on'),
  throughput: z
    .strictObject({
      /** Sequences of a batch; empty measures no speed. */
      batches: z.array(z.int().min(1).max(65_536)).max(8).default([1, 8]),
      repeats: z.int().min(3).max(1000).default(9),
    })
    .prefault({}),
  /** Writes each pruned model whose weights differ as a checkpoint, where its layers have equally many experts. */
  export: z.boolean().default(false),
});

export type PruningRequest = z.infer<typeof pruningRequestSchema>;

export interface Quartiles {
  median: number;
  low: number;
  high: number;
}

export interface Throughput {
  batch: number;
  /** Tokens a second of a forward pass: median and quartiles over the repeats, interleaved with the unpruned model. */
  tokensPerSecond: Quartiles;
  unpruned: Quartiles;
  /** Of each pass over the unpruned one beside it; absent in results of before it was measured. See speedRatio. */
  ratio?: Quartiles;
}

/** One setting's result. */
export interface PruningPart {
  step: number;
  setting: PruningSetting;
  /** Whether the program skips the dropped work; a mask is never given a speed. */
  kind: 'pruned' | 'mask';
  /** Validation tokens, and training tokens of the calibration; null where nothing was calibrated. */
  tokens: number;
  calibrationTokens: number | null;
  loss: number;
  perplexity: number;
  /** Mean loss of each validation block (sequence), for intervals and for paired differences between settings. */
  blocks: Float64Array;
  domains: Record<string, { loss: number; tokens: number }>;
  /** L × E slots, over the experts of the unpruned model. */
  counts: Float64Array;
  layers: number;
  experts: number;
  /** Mean experts of a token, over layers. */
  activeExperts: number;
  /** Per layer, the experts that stay; null where all do. */
  kept: number[][] | null;
  /**
   * Scores the criterion gave, L × E, the lowest dropped first (with `reversed` the highest); null where there was none. frequency:
   * slots; gate-weighted-frequency: sum of gates; reap: mean of gate·‖f(x)‖ over the expert's tokens; similarities: 1 − cosine of
   * the most similar pair at the time the expert goes (of the two, the one with fewer slots), 2 for the last; random: the draw.
   */
  scores: Float64Array | null;
  /** Bytes of the weights, parameters, and FLOPs of a forward pass a token, as counted. */
  bytes: number;
  parameters: number;
  flopsPerToken: number;
  /** Wall seconds of the validation pass itself (Table 6), and tokens a second at each batch; null for a mask. */
  seconds: number | null;
  throughput: Throughput[] | null;
  /** Folder of the exported checkpoint; null where none was asked for or there is nothing to export. */
  exported: string | null;
  /** Why there is no checkpoint though one was asked for. */
  notExported: string | null;
}
