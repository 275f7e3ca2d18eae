// Evaluations by moment of training.
import type { RunConfiguration } from '../../../shared/config/schema.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import type { Moment } from '../../state/curve.ts';

/** The newest evaluation at or before a step; the first one before that; undefined without any. */
export function atStep<One extends { step: number }>(evaluations: readonly One[], step: number): One | undefined {
  return evaluations.findLast((one) => one.step <= step) ?? evaluations[0];
}

/** Every step at which one of the runs was evaluated, ascending. */
export function evaluationSteps(runs: readonly (readonly Evaluation[])[]): number[] {
  return [...new Set(runs.flatMap((evaluations) => evaluations.map(({ step }) => step)))].sort((a, b) => a - b);
}

/** Step of the moment that lies nearest to a place on an x-axis; null without any. */
export function stepNear(moments: readonly { x: number; step: number }[], at: number): number | null {
  let nearest: { x: number; step: number } | null = null;
  for (const moment of moments) {
    if (!nearest || Math.abs(moment.x - at) < Math.abs(nearest.x - at)) nearest = moment;
  }
  return nearest?.step ?? null;
}

/** Tokens that one optimizer step trains on. */
export const tokensPerStep = ({ model, training }: RunConfiguration): number =>
  training.batch * training.accumulate * model.context;

/** A step as a moment: its tokens as configured, its time on the straight line through the evaluations around it. */
export function momentOf(step: number, configuration: RunConfiguration, evaluations: readonly Moment[]): Moment {
  const after = evaluations.findIndex((one) => one.step >= step);
  const to = after < 0 ? evaluations.length - 1 : after;
  const [b, a] = [evaluations[to], evaluations[to - 1] ?? { step: 0, tokens: 0, seconds: 0 }];
  const seconds =
    b && b.step > a.step ? a.seconds + ((b.seconds - a.seconds) * (step - a.step)) / (b.step - a.step) : 0;
  return { step, tokens: step * tokensPerStep(configuration), seconds };
}
