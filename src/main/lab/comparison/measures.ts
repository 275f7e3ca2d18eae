// One evaluation as the few numbers that a table has room for. Means are over layers.
import type { Evaluation } from '../../../shared/worker-messages.ts';

export interface Summary {
  step: number;
  tokens: number;
  seconds: number;
  loss: number;
  perplexity: number;
  /** Null in a dense model. */
  routing: RoutingSummary | null;
  /** Null where it was not measured. */
  minimumSimilarity: number | null;
}

export interface RoutingSummary {
  /** Experts that any validation token used: the mean over layers, and the fewest of any layer. */
  uniqueExperts: number;
  fewestExperts: number;
  experts: number;
  sequenceExpertUtilization: number;
  entropy: number;
  maxViolation: number;
  gini: number;
  /** Mean of the entries of (RᵀR − I)². */
  orthogonality: number;
}

export function summaryOf({ step, tokens, seconds, loss, perplexity, routing, similarity }: Evaluation): Summary {
  return {
    step,
    tokens,
    seconds,
    loss,
    perplexity,
    minimumSimilarity: similarity?.minimum ?? null,
    routing: routing && {
      uniqueExperts: mean(routing.uniqueExperts),
      fewestExperts: Math.min(...routing.uniqueExperts),
      experts: routing.counts[0]?.length ?? 0,
      sequenceExpertUtilization: mean(routing.sequenceExpertUtilization),
      entropy: mean(routing.entropy),
      maxViolation: mean(routing.maxViolation),
      gini: mean(routing.gini),
      orthogonality: mean(routing.orthogonalityMeanSquare),
    },
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
