// The last values of a training metric, and how many in a row lie above or below a bound: what detectors of steps have in common.
import { median, medianAbsoluteDeviation } from '../../../shared/statistics/index.ts';
import type { Finding, Outcome } from './detector.ts';

export interface WindowState {
  values: readonly number[];
  healthy: number;
  open: boolean;
  /** Steps in a row above the threshold, or in an episode below the bound that ends it. */
  row: number;
}

export const emptyWindow: WindowState = { values: [], healthy: 0, open: false, row: 0 };

/** Steps that are remembered, and the least that say what is usual. */
export const windowSize = 64;
const leastValues = 32;

export interface Bounds {
  median: number;
  threshold: number;
  /** An episode ends below it. */
  end: number;
}

/**
 * One more value. An episode begins after `steps` in a row above the threshold and ends after as many below the other bound;
 * bounds are of the values before. What is far out does count among them: medians hardly move, and a run that stays on a new
 * level is at rest there after half a window.
 */
export function observe(
  state: WindowState,
  { step, value }: { step: number; value: number },
  steps: number,
  boundsOf: (values: readonly number[]) => Bounds,
  finding: (bounds: Bounds) => Omit<Finding, 'healthy' | 'step' | 'value' | 'threshold' | 'layer' | 'layers'>,
): Outcome<WindowState> {
  // The worker stops at such a value, which is an alert of its own.
  if (!Number.isFinite(value)) return { state, finding: null };
  const values = [...state.values, value].slice(-windowSize);
  if (state.values.length < leastValues) return { state: { ...state, values, healthy: step }, finding: null };
  const bounds = boundsOf(state.values);
  const counts = state.open ? value < bounds.end : value > bounds.threshold;
  const row = counts ? state.row + 1 : 0;
  const turns = row >= steps;
  const open = turns ? !state.open : state.open;
  const healthy = open || row > 0 ? state.healthy : step;
  const next: WindowState = { values, healthy, open, row: turns ? 0 : row };
  if (!turns || !open) return { state: next, finding: null };
  const { threshold } = bounds;
  const whole = { layer: null, layers: [], step, value, threshold, healthy: state.healthy };
  return { state: next, finding: { ...finding(bounds), ...whole } };
}

/** Median and scaled median absolute deviation: mean and standard deviation of normal values, blind to outliers. */
export const robust = (values: readonly number[]) => ({
  middle: median(values),
  deviation: 1.4826 * medianAbsoluteDeviation(values),
});
