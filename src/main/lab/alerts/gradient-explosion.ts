// Gradient explosions: the norm of the gradient, before clipping, above ten times the median of the last 64 steps for three steps in a
// row. Single bursts of ten and more times are common in healthy runs of mixtures, and clipping to 1 takes them away (its
// reason: Pascanu, Mikolov, Bengio, 1211.5063); a gradient that stays there means that every step is a clipped one. It ends after
// three steps under three times the median.
import { median } from '../../../shared/statistics/index.ts';
import type { Detector } from './detector.ts';
import { emptyWindow, observe, type WindowState } from './running-window.ts';

const steps = 3;

export const gradientExplosion: Detector<WindowState> = {
  detector: 'gradient-explosion',
  begin: () => emptyWindow,
  step: (state, { step, gradientNorm: value }) =>
    observe(state, { step, value }, steps, boundsOf, (bounds) => ({
      severity: 'warning',
      message: `The gradient norm has been above ten times its usual for ${steps} steps: ${value.toPrecision(3)}, usually ${bounds.median.toPrecision(3)}.`,
    })),
};

function boundsOf(values: readonly number[]) {
  const middle = median(values);
  return { median: middle, threshold: 10 * middle, end: 3 * middle };
}
