// One text under two checkpoints, token by token: which experts each got, which of them the other did not, and the loss between.
import { percent } from '../../../charts/index.ts';
import type { LensPart } from '../../../shared/studies/lens.ts';

export interface ChosenExpert {
  expert: number;
  probability: number;
  /** Whether the other side chose it too; true where there is no other side. */
  shared: boolean;
}

/** The experts of a token in a layer, by falling score. */
export function chosenAt(part: LensPart, layer: number, at: number, other: LensPart | null): ChosenExpert[] {
  const [own, theirs] = [place(part, layer, at), other ? place(other, layer, at) : null];
  return Array.from(own.experts, (expert, index) => ({
    expert,
    probability: own.probabilities[index]!,
    shared: theirs === null || theirs.experts.includes(expert),
  }));
}

/** '3 (41%), 7 (12%)' */
export function expertsText(part: LensPart, layer: number, at: number, other: LensPart | null): string {
  const chosen = chosenAt(part, layer, at, other);
  return chosen.map(({ expert, probability }) => `${expert} (${percent(probability)})`).join(', ');
}

function place({ tokens, active: K, chosen, probabilities }: LensPart, layer: number, at: number) {
  const start = (layer * tokens.length + at) * K;
  return { experts: chosen.subarray(start, start + K), probabilities: probabilities.subarray(start, start + K) };
}

/** Whether both sides show the same tokens in equally many layers, so that they can be laid beside each other. */
export function comparable(a: LensPart, b: LensPart): boolean {
  return (
    a.layers === b.layers &&
    a.tokens.length === b.tokens.length &&
    a.tokens.every(({ id, text }, at) => id === b.tokens[at]!.id && text === b.tokens[at]!.text)
  );
}

/** L × n: of the experts of the side that uses more, the share that the other did not choose. */
export function differences(a: LensPart, b: LensPart): Float64Array {
  const n = a.tokens.length;
  const most = Math.max(a.active, b.active);
  return Float64Array.from({ length: a.layers * n }, (_, index) => {
    const [layer, at] = [Math.floor(index / n), index % n];
    const both = chosenAt(a, layer, at, b).filter(({ shared }) => shared).length;
    return 1 - both / most;
  });
}

/** Layers in which a token's experts differ, of `differences`. */
export function layersThatDiffer(shares: Float64Array, n: number, at: number): number {
  let layers = 0;
  for (let index = at; index < shares.length; index += n) if (shares[index]! > 0) layers += 1;
  return layers;
}

/** The loss of the second less that of the first; null where one of them has none. */
export function lossChange(a: LensPart, b: LensPart, at: number): number | null {
  const change = b.losses[at]! - a.losses[at]!;
  return Number.isFinite(change) ? change : null;
}

export function changeText(change: number): string {
  if (Math.abs(change) < 0.005) return '0.00';
  return `${change > 0 ? '+' : '−'}${Math.abs(change).toFixed(2)}`;
}
