// Dead experts: experts that no token of a whole evaluation was routed to, in any layer. Balance feeds on itself, an expert that
// gets nothing learns nothing (1701.06538, section 4; unique experts in 2506.14038, Fig. 2). Threshold: one expert, where the mean
// load is at least 100 slots, so that chance has no part in it (under balance, e^-100). Nothing is said while routers settle. A layer's
// episode ends after two evaluations in a row in which all its experts are used.
import type { RunConfiguration } from '../../../shared/config/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import { type Detector, layersText, layersWhere, settlingSteps } from './detector.ts';

interface State {
  settling: number;
  healthy: number;
  /** By layer: evaluations in a row without a dead expert that are missing until its episode ends; 0 outside of one. */
  open: number[];
}

const leastLoad = 100;
const calm = 2;

export const deadExperts: Detector<State> = {
  detector: 'dead-experts',
  begin: (configuration: RunConfiguration) =>
    configuration.model.kind === 'dense'
      ? null
      : { settling: settlingSteps(configuration), healthy: 0, open: new Array(configuration.model.layers).fill(0) },
  evaluation(state: State, { step, routing }: Evaluation) {
    const { counts } = routing ?? { counts: [] };
    const [first = []] = counts;
    const enough = first.reduce((sum, count) => sum + count, 0) >= leastLoad * first.length;
    if (step <= state.settling || first.length === 0 || !enough)
      return { state: { ...state, healthy: step }, finding: null };
    const dead = counts.map((loads) => loads.filter((load) => load === 0).length);
    const layers = layersWhere(dead, (many, layer) => many > 0 && !state.open[layer]);
    const open = dead.map((many, layer) => (many > 0 ? calm : Math.max(0, (state.open[layer] ?? 0) - 1)));
    const next = { ...state, open, healthy: open.some((one) => one > 0) ? state.healthy : step };
    if (layers.length === 0) return { state: next, finding: null };
    const most = Math.max(...layers.map((layer) => dead[layer]!));
    const layer = layers.find((one) => dead[one] === most)!;
    const total = layers.reduce((sum, one) => sum + dead[one]!, 0);
    return {
      state: next,
      finding: {
        severity: 2 * most >= first.length ? 'critical' : 'warning',
        layer,
        layers,
        value: most,
        threshold: 1,
        step,
        healthy: state.healthy,
        message: `${total === 1 ? 'One expert' : `${total} experts`} received no token of the validation data, in ${layersText(layers)}; layer ${layer} has ${most} of ${first.length} such.`,
      },
    };
  },
};
