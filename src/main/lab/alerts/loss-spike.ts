// Loss spikes: the training cross-entropy of three steps in a row above the median of the last 64 by more than 6 robust standard
// deviations (1.4826 × the median absolute deviation; Leys et al., Journal of Experimental Social Psychology 2013, advise 2.5 for one
// sample, and a run has thousands of steps), and by 5% at least, so that a loss that hardly moves raises nothing. Three in a row,
// since one hard batch is no spike. It ends after three under half of that. What helps is to go back to a checkpoint from before it
// and to skip the batches (PaLM, 2204.02311, section 5.1).
import type { Detector } from './detector.ts';
import { emptyWindow, observe, robust, type WindowState } from './running-window.ts';

const steps = 3;

export const lossSpike: Detector<WindowState> = {
  detector: 'loss-spike',
  begin: () => emptyWindow,
  step: (state, { step, crossEntropy: value }) =>
    observe(state, { step, value }, steps, boundsOf, ({ median }) => ({
      severity: 'warning',
      message: `The training loss jumped to ${value.toFixed(3)} nats, from about ${median.toFixed(3)} before.`,
    })),
};

function boundsOf(values: readonly number[]) {
  const { middle, deviation } = robust(values);
  const jump = Math.max(6 * deviation, 0.05 * Math.abs(middle));
  return { median: middle, threshold: middle + jump, end: middle + jump / 2 };
}
