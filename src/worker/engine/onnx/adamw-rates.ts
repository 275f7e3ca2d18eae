// The numbers of one AdamW update, in the order that every implementation takes them.
import type { Update } from '../engine.ts';

/**
 * [scale, keep, 1 − β₁, β₂, 1 − β₂, lr/(1 − β₁ᵗ), √(1 − β₂ᵗ), ε] for p ← p·keep, m ← m + (g − m)·(1 − β₁), v ← β₂·v + (1 − β₂)·g²,
 * p ← p − stepSize·m/(√v/rootCorrection + ε).
 */
export function adamwRates(update: Update, matrices: boolean): number[] {
  const { step, learningRate, weightDecay, decayOn, beta1, beta2, epsilon, gradientScale } = update;
  const decays = matrices || decayOn === 'all';
  return [
    gradientScale,
    decays ? 1 - learningRate * weightDecay : 1,
    1 - beta1,
    beta2,
    1 - beta2,
    learningRate / (1 - beta1 ** step),
    Math.sqrt(1 - beta2 ** step),
    epsilon,
  ];
}
