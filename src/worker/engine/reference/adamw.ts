// AdamW (1711.05101) on one parameter, in the order of torch.optim.AdamW's single-tensor code.
import type { Update } from '../engine.ts';

export interface Moments {
  parameter: Float64Array;
  gradient: Float64Array;
  firstMoment: Float64Array;
  secondMoment: Float64Array;
}

/** Updates parameter and moments in place; `decays` says whether weight decay applies to this parameter. */
export function adamW(
  { parameter, gradient, firstMoment, secondMoment }: Moments,
  update: Update,
  decays: boolean,
): void {
  const { step, learningRate, weightDecay, beta1, beta2, epsilon, gradientScale } = update;
  const correction1 = 1 - beta1 ** step;
  const correction2 = 1 - beta2 ** step;
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i]! * gradientScale;
    const m = beta1 * firstMoment[i]! + (1 - beta1) * g;
    const v = beta2 * secondMoment[i]! + (1 - beta2) * g * g;
    const decayed = decays ? parameter[i]! * (1 - learningRate * weightDecay) : parameter[i]!;
    firstMoment[i] = m;
    secondMoment[i] = v;
    parameter[i] = decayed - (learningRate * (m / correction1)) / (Math.sqrt(v / correction2) + epsilon);
  }
}
