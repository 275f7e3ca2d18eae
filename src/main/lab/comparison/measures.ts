// One evaluation as the few numbers that a table has room for. Means are over layers.
import type { Summary } from '../../../shared/comparison.ts';
import { mean } from '../../../shared/statistics/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';

export type { RoutingSummary, Summary } from '../../../shared/comparison.ts';

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
