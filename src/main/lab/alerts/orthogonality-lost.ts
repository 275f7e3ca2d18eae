// Orthogonality lost: a router that SimBal is to keep orthonormal and that no longer is. Measured as the mean of (RᵀR − I)² in a
// layer (2506.14038: 2e-8 at the end with SimBal, 0.031 with LBL). Threshold: 0.1/E, a tenth of the 1/E of a router that is
// all zero. Only what was there can be lost: a router that starts otherwise is watched from when it first comes under half
// of the threshold, and an episode ends there too. Runs without SimBal are not watched.
import type { RunConfiguration } from '../../../shared/config/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import { type Detector, layersText, layersWhere } from './detector.ts';

interface State {
  threshold: number;
  healthy: number;
  /** By layer: it is near enough to orthonormal to lose it. */
  had: boolean[];
}

export const orthogonalityLost: Detector<State> = {
  detector: 'orthogonality-lost',
  begin({ model, objective }: RunConfiguration) {
    const watched = objective.some((term) => term.kind === 'simbal' && term.coefficient > 0);
    if (model.kind === 'dense' || !watched) return null;
    return { threshold: 0.1 / model.experts, healthy: 0, had: new Array(model.layers).fill(false) };
  },
  evaluation(state: State, { step, routing }: Evaluation) {
    const values = routing?.orthogonalityMeanSquare ?? [];
    const { threshold } = state;
    const layers = layersWhere(values, (value, layer) => state.had[layer]! && !(value <= threshold));
    const had = values.map((value, layer) =>
      value < threshold / 2 ? true : layers.includes(layer) ? false : state.had[layer]!,
    );
    const next = { ...state, had, healthy: had.every(Boolean) ? step : state.healthy };
    if (layers.length === 0) return { state: next, finding: null };
    const layer = layers.toSorted((a, b) => values[b]! - values[a]!)[0]!;
    const value = values[layer]!;
    return {
      state: next,
      finding: {
        severity: 'warning',
        layer,
        layers,
        value,
        threshold,
        step,
        healthy: state.healthy,
        message: `SimBal no longer holds the router orthonormal in ${layersText(layers)}: the mean of (RᵀR − I)² is ${Number(value.toPrecision(3))} in layer ${layer}.`,
      },
    };
  },
};
