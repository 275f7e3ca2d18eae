// The learning rate: linear warm-up, then a cosine (2506.14038 §4.1).
import type { TrainingConfiguration } from '../../shared/config/schema.ts';

type Schedule = Pick<
  TrainingConfiguration,
  'steps' | 'learningRate' | 'finalFraction' | 'warmupSteps' | 'warmupFraction'
>;

/**
 * Of optimizer step 1 … steps. The warm-up rises from warmupFraction of the peak and has the peak at step warmupSteps; the
 * cosine falls from there and has finalFraction of the peak at the last step.
 */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { steps, learningRate: peak, finalFraction, warmupSteps, warmupFraction } = schedule;
  if (step <= warmupSteps) return peak * (warmupFraction + ((1 - warmupFraction) * step) / warmupSteps);
  const progress = (step - warmupSteps) / (steps - warmupSteps);
  return peak * (finalFraction + ((1 - finalFraction) * (1 + Math.cos(Math.PI * progress))) / 2);
}
