// Biases of two models' routers and stacked experts, compared with the experts matched: each has a row, and moves with it.
import { DriftSum } from './drift.ts';
import type { MoeLayer } from './moe-layers.ts';
import type { OpenedModel } from './open-model.ts';

interface Models {
  a: OpenedModel;
  b: OpenedModel;
  /** What cannot be compared is told here. */
  reasons: string[];
}

/** Numbers of each expert in a row of its own: the router's biases, and those of stacked experts. */
export interface Biases {
  part: 'router' | 'experts';
  a: string;
  b: string;
}

/** A router's are compared by their place, whatever either file calls them. */
export function comparableBiases({ a, b, reasons }: Models, left: MoeLayer, right: MoeLayer): Biases[] {
  const stacked = new Set([...stackedBiases(a, left.layer), ...stackedBiases(b, left.layer)]);
  const found: [part: Biases['part'], a: string | null, b: string | null][] = [
    ['router', left.routerBias, right.routerBias],
    ...Array.from(stacked, (name): [Biases['part'], string | null, string | null] => [
      'experts',
      a.weights.tensors.has(name) ? name : null,
      b.weights.tensors.has(name) ? name : null,
    ]),
  ];
  return found.flatMap(([part, of, to]) => {
    if (of === null || to === null) {
      if (of !== null || to !== null) reasons.push(`${of ?? to} is in ${to === null ? 'A' : 'B'} alone.`);
      return [];
    }
    const [shape, other] = [a.weights.find(of).shape, b.weights.find(to).shape];
    if (String(shape) === String(other) && shape[0] === left.experts) return [{ part, a: of, b: to }];
    reasons.push(`${of} is [${shape}] in A and [${other}] in B, with ${left.experts} experts.`);
    return [];
  });
}

const stackedBiases = ({ layout }: OpenedModel, layer: number): string[] =>
  [...layout.expertTensors].filter(([name, of]) => of === layer && name.endsWith('_bias')).map(([name]) => name);

/** Of two tensors with a row for each expert, the experts matched. */
export async function rowsDrift({ a, b }: Models, of: string, to: string, match: readonly number[]): Promise<DriftSum> {
  const sum = new DriftSum();
  const length = a.weights.find(of).elements / match.length;
  const most = 1 << 20;
  for (const [row, other] of match.entries()) {
    for (let first = 0; first < length; first += most) {
      const count = Math.min(most, length - first);
      sum.add(
        await a.weights.read(of, row * length + first, count),
        await b.weights.read(to, other * length + first, count),
      );
    }
  }
  return sum;
}
