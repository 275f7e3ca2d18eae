// The beginning of a collapse of the routing, in any layer, once routers have settled. Three signs:
//   MaxVio at 80% of its worst, E/K − 1, in three evaluations in a row: one expert then serves four of five tokens and more
//     (MaxVio: 2408.15664, which reports 0.72 under an auxiliary loss and 0.04 without one for runs in balance);
//   unique experts at under two thirds of the most of the last four evaluations;
//   entropy of the router at under half of the largest of the last four evaluations. It falls slowly in healthy runs, as
//     routers grow sure (2506.14038 ends at 1.2 nats of ln 32 = 3.5), so only a fall within few evaluations is a sign.
// Falls are measured against recent values, so those signs pass by themselves; the episode ends when in two evaluations in a row
// no layer falls and MaxVio is under 60% of its worst.
import type { RunConfiguration } from '../../../shared/config/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import { type Detector, layersText, layersWhere, settlingSteps } from './detector.ts';

interface State {
  settling: number;
  /** Largest MaxVio there can be. */
  worst: number;
  recent: { unique: readonly number[]; entropy: readonly number[]; violation: readonly number[] }[];
  healthy: number;
  open: boolean;
  calm: number;
}

interface Sign {
  layers: number[];
  value: (layer: number) => number;
  threshold: (layer: number) => number;
  words: (layer: number) => string;
}

const memory = 4;

export const collapse: Detector<State> = {
  detector: 'collapse',
  begin(configuration: RunConfiguration) {
    const { model } = configuration;
    const worst = model.experts / model.active - 1;
    if (model.kind === 'dense' || worst <= 0) return null;
    return { settling: settlingSteps(configuration), worst, recent: [], healthy: 0, open: false, calm: 0 };
  },
  evaluation(state: State, { step, routing }: Evaluation) {
    if (!routing || step <= state.settling) return { state: { ...state, healthy: step }, finding: null };
    const { uniqueExperts: unique, entropy, maxViolation: violation } = routing;
    const recent = [...state.recent, { unique, entropy, violation }].slice(-memory - 1);
    const sign = signs(state, recent).find(({ layers }) => layers.length > 0);
    const quiet = !sign && violation.every((value) => value < 0.6 * state.worst);
    const calm = quiet ? state.calm + 1 : 0;
    const open = sign !== undefined || (state.open && calm < 2);
    const next = { ...state, recent, open, calm, healthy: open ? state.healthy : step };
    if (!sign || state.open) return { state: next, finding: null };
    const { layers, value, threshold, words } = sign;
    const layer = layers.toSorted((a, b) => Math.abs(value(b) - threshold(b)) - Math.abs(value(a) - threshold(a)))[0]!;
    return {
      state: next,
      finding: {
        severity: 'critical',
        layer,
        layers,
        value: value(layer),
        threshold: threshold(layer),
        step,
        healthy: state.healthy,
        message: `The routing begins to collapse in ${layersText(layers)}: ${words(layer)}.`,
      },
    };
  },
};

function signs({ worst }: State, recent: State['recent']): Sign[] {
  const [now, before] = [recent.at(-1)!, recent.slice(0, -1)];
  const most = (kind: 'unique' | 'entropy', layer: number) =>
    Math.max(0, ...before.map((one) => one[kind][layer]!).filter(Number.isFinite));
  const fall = (kind: 'unique' | 'entropy', share: number, words: (from: string, to: string) => string): Sign => ({
    layers: layersWhere(now[kind], (value, layer) => value < share * most(kind, layer)),
    value: (layer) => now[kind][layer]!,
    threshold: (layer) => share * most(kind, layer),
    words: (layer) => `${words(short(most(kind, layer)), short(now[kind][layer]!))} in layer ${layer}`,
  });
  const lately = recent.slice(-3);
  return [
    {
      layers: layersWhere(
        now.violation,
        (_, layer) => lately.length === 3 && lately.every(({ violation }) => violation[layer]! >= (4 * worst) / 5),
      ),
      value: (layer) => now.violation[layer]!,
      threshold: () => (4 * worst) / 5,
      words: (layer) => `MaxVio is ${short(now.violation[layer]!)} in layer ${layer}, of at most ${short(worst)}`,
    },
    fall('unique', 2 / 3, (from, to) => `the experts in use fell from ${from} to ${to}`),
    fall('entropy', 1 / 2, (from, to) => `the router’s entropy fell from ${from} to ${to} nats`),
  ];
}

const short = (value: number) => String(Number(value.toPrecision(3)));
