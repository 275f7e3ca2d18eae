// What a detector is: pure functions from what a run reports and a small state to the next state and, at the beginning of an
// episode, a finding. An episode is raised once; it ends, and may begin again, only well below its threshold (hysteresis).
import type { Alert, AlertDetector } from '../../../shared/alerts.ts';
import type { RunConfiguration } from '../../../shared/config/index.ts';
import type { Evaluation, StepMetrics } from '../../../shared/worker-messages.ts';

/** What detectors look at of a step. */
export type ObservedStep = Pick<StepMetrics, 'step' | 'crossEntropy' | 'gradientNorm'>;

export interface Finding extends Omit<Alert, 'detector' | 'checkpoint'> {
  /** The last step at which nothing was wrong: a checkpoint from then is good. */
  healthy: number;
}

export interface Outcome<State> {
  state: State;
  finding: Finding | null;
}

export interface Detector<State> {
  readonly detector: AlertDetector;
  /** Null where a run has nothing for it to watch. */
  begin(configuration: RunConfiguration): State | null;
  step?(state: State, step: ObservedStep): Outcome<State>;
  evaluation?(state: State, evaluation: Evaluation): Outcome<State>;
}

/**
 * The step up to which routers settle and nothing is said of their balance: twice the warm-up of the learning rate, and 50 steps at
 * least. In runs of the preset nano every objective had a third of its experts dead and MaxVio near its worst at step 40, LBL an eighth
 * and nothing like it at 120.
 */
export const settlingSteps = ({ training }: RunConfiguration): number => Math.max(2 * training.warmupSteps, 50);

/** Indices of the layers for which something holds. */
export const layersWhere = <Value>(
  values: readonly Value[],
  holds: (value: Value, layer: number) => boolean,
): number[] => values.flatMap((value, layer) => (holds(value, layer) ? [layer] : []));

/** 'layer 3', 'layers 0, 2 and 5' */
export function layersText(layers: readonly number[]): string {
  if (layers.length === 1) return `layer ${layers[0]}`;
  return `layers ${layers.slice(0, -1).join(', ')} and ${layers.at(-1)}`;
}
