// How many parameters a model has, by part, from its configuration alone. The names and shapes are the worker's;
// a test holds the two together.
import type { ModelConfiguration } from './schema.ts';

export interface ParameterCount {
  /** The input embedding, V × D; the output head is another matrix of the same size. */
  embedding: number;
  attention: number;
  /** Gains of every RMSNorm, those of queries and keys included. */
  norms: number;
  routers: number;
  /** All experts' three matrices, or those of the one FFN of a dense model. */
  experts: number;
  head: number;
  total: number;
  /** Those that one token meets: K of E experts, everything else whole. */
  active: number;
}

/**
 * With V = 100 277 this gives 626.1M / 229.7M active for the paper's MoE-M and 3.140B / 761.7M for MoE-L; its table has
 * 627M / 230M and 3.14B / 761M (and 77M, 154M for one embedding, which agree). The table's 627 and 761 are not the same
 * rounding of one vocabulary, so neither is matched more closely than to 0.2%.
 */
export function countParameters(model: ModelConfiguration): ParameterCount {
  const { vocabulary: V, width: D, layers: L, experts: E, active: K, expertWidth: F } = model;
  const embedding = V * D;
  const attention = L * 4 * D * D;
  const norms = D * (1 + L * (model.queryKeyNorm ? 4 : 2));
  const routers = model.kind === 'moe' ? L * D * E : 0;
  const expert = L * 3 * D * F;
  const shared = 2 * embedding + attention + norms + routers;
  return {
    embedding,
    attention,
    norms,
    routers,
    experts: E * expert,
    head: embedding,
    total: shared + E * expert,
    active: shared + K * expert,
  };
}
