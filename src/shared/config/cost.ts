// What a run will cost, before it starts: floating-point operations and memory, from the configuration alone. Products
// are counted as two operations each; element-wise work, which they dwarf, is not. Seconds are the engine's to measure.
import { evaluationCount, similarityCount } from './evaluation-schedule.ts';
import { countParameters } from './parameter-count.ts';
import type { ModelConfiguration, RunConfiguration } from './schema.ts';

export interface ForwardFlops {
  /** The four projections and, over the whole T × T square as it is computed, scores and their weighted sum. */
  attention: number;
  router: number;
  /** The K experts that the token uses. */
  experts: number;
  head: number;
  total: number;
}

/** Operations of one token's forward pass. */
export function forwardFlopsPerToken(model: ModelConfiguration): ForwardFlops {
  const { vocabulary: V, width: D, layers: L, context: T, experts: E, active: K, expertWidth: F } = model;
  const attention = L * (8 * D * D + 4 * T * D);
  const router = model.kind === 'moe' ? L * 2 * D * E : 0;
  const experts = L * K * 6 * D * F;
  const head = 2 * D * V;
  return { attention, router, experts, head, total: attention + router + experts + head };
}

/** SimBal's RᵀR over all layers, forward, once a micro-batch: as much as routing E tokens more (2·D·E² a layer). */
export function simbalFlops(model: ModelConfiguration): number {
  return model.kind === 'moe' ? model.layers * 2 * model.width * model.experts ** 2 : 0;
}

/** One optimizer step: forward and, twice as much, backward, of all its micro-batches. */
export function trainStepFlops(configuration: RunConfiguration): number {
  const { model, training, objective } = configuration;
  const tokens = training.batch * model.context;
  const balancing = objective.some((term) => term.kind === 'simbal') ? simbalFlops(model) : 0;
  return 3 * training.accumulate * (tokens * forwardFlopsPerToken(model).total + balancing);
}

/** One evaluation, PES not included. `validationTokens` is the size of the corpus's split, where it is known. */
export function evaluationFlops(configuration: RunConfiguration, validationTokens = Number.POSITIVE_INFINITY): number {
  const { model, evaluation } = configuration;
  return Math.min(evaluation.tokens, validationTokens) * forwardFlopsPerToken(model).total;
}

/** How many times a forward pass PES costs, since every expert sees every token: (total − emb) / (active − emb). */
export function similarityFactor(model: ModelConfiguration): number {
  const { total, active, embedding } = countParameters(model);
  return (total - embedding) / (active - embedding);
}

/** One PES sample; 0 in a dense model, which has no pairs. */
export function similarityFlops(configuration: RunConfiguration, validationTokens = Number.POSITIVE_INFINITY): number {
  const { model, evaluation } = configuration;
  if (model.kind === 'dense') return 0;
  const tokens = Math.min(evaluation.similarityTokens, validationTokens);
  return tokens * forwardFlopsPerToken(model).total * similarityFactor(model);
}

export interface RunFlops {
  training: number;
  evaluation: number;
  similarity: number;
  total: number;
}

/** The whole run by its schedule. */
export function runFlops(configuration: RunConfiguration, validationTokens?: number): RunFlops {
  const { training: trained, evaluation: schedule } = configuration;
  const training = trained.steps * trainStepFlops(configuration);
  const evaluation = evaluationCount(schedule, trained.steps) * evaluationFlops(configuration, validationTokens);
  const similarity = similarityCount(schedule, trained.steps) * similarityFlops(configuration, validationTokens);
  return { training, evaluation, similarity, total: training + evaluation + similarity };
}

/** Tokens that the whole run trains on. */
export function trainingTokens({ model, training }: RunConfiguration): number {
  return training.steps * training.accumulate * training.batch * model.context;
}

export interface MemoryEstimate {
  parameters: number;
  gradients: number;
  /** The two moments of AdamW. */
  moments: number;
  /** What the forward pass of one micro-batch keeps for the backward pass. */
  activations: number;
  /** Output logits, their softmax and their gradient: N × V each. */
  logits: number;
  /** What a PES pass holds at once, instead of activations and logits; 0 where none is measured. */
  similarity: number;
  total: number;
}

const bytesOfFloat = 4;

/** Bytes of a run in float32 at its fullest. An engine adds its own workspace. */
export function memoryEstimate({ model, training, evaluation }: RunConfiguration): MemoryEstimate {
  const { vocabulary: V, width: D, layers: L, heads: H, context: T, experts: E, active: K, expertWidth: F } = model;
  const N = training.batch * T;
  const parameters = bytesOfFloat * countParameters(model).total;
  // Residual stream and norms 6 D, queries, keys (before and after rotation) and values 5 D, mixed values and output 2 D.
  const attention = 13 * D + 2 * H * T;
  // Gathered token, expert output and its weighted copy 3 D; gate, up, activated gate and their product 4 F.
  const experts = K * (3 * D + 4 * F) + (model.kind === 'moe' ? 2 * E : 0);
  const activations = bytesOfFloat * N * L * (attention + experts);
  const logits = bytesOfFloat * N * 3 * V;
  const moments = 2 * parameters;
  // Every expert's output, its unit rows twice, and what follows from them, for one layer at a time.
  const measuresSimilarity = model.kind === 'moe' && evaluation.similarityTokens > 0;
  const similarity = measuresSimilarity ? bytesOfFloat * N * E * 4 * D : 0;
  const total = 2 * parameters + moments + Math.max(activations + logits, similarity);
  return { parameters, gradients: parameters, moments, activations, logits, similarity, total };
}
