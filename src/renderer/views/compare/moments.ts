// Evaluations by moment of training.
import type { Evaluation } from '../../../shared/worker-messages.ts';

/** The newest evaluation at or before a step; the first one before that; undefined without any. */
export function atStep(evaluations: readonly Evaluation[], step: number): Evaluation | undefined {
  return evaluations.findLast((one) => one.step <= step) ?? evaluations[0];
}

/** Every step at which one of the runs was evaluated, ascending. */
export function evaluationSteps(runs: readonly (readonly Evaluation[])[]): number[] {
  return [...new Set(runs.flatMap((evaluations) => evaluations.map(({ step }) => step)))].sort((a, b) => a - b);
}
