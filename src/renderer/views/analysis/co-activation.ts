// Which experts a token gets together (OLMoE, 2409.02060 §5.2): the whole matrix of one layer, and its strongest pairs.
import type { RoutingPart } from '../../../shared/studies/routing.ts';

export interface TogetherPair {
  experts: readonly [number, number];
  /** Tokens that use both. */
  tokens: number;
  /** Of the tokens of the first expert the share that uses the second too, and the other way round. */
  shares: readonly [number, number];
  /** Tokens that use both over those that would by independent choices of the same loads. */
  lift: number;
}

type Counted = Pick<RoutingPart, 'together' | 'experts' | 'tokens'>;

const layerOf = ({ together, experts: E }: Counted, layer: number) =>
  together.subarray(layer * E * E, (layer + 1) * E * E);

/** E × E: of the tokens of the row's expert, the share that also uses the column's; not a number where it has none, and of itself. */
export function togetherShares(part: Counted, layer: number): Float64Array {
  const E = part.experts;
  const counts = layerOf(part, layer);
  return counts.map((count, at) => {
    const [row, column] = [Math.floor(at / E), at % E];
    return row === column ? Number.NaN : count / counts[row * E + row]!;
  });
}

/** All pairs that some token uses; first those of the largest geometric mean of both shares. */
export function strongestPairs(part: Counted, layer: number): TogetherPair[] {
  const E = part.experts;
  const counts = layerOf(part, layer);
  const pairs: TogetherPair[] = [];
  for (let i = 0; i < E; i += 1) {
    for (let j = i + 1; j < E; j += 1) {
      const tokens = counts[i * E + j]!;
      const [a, b] = [counts[i * E + i]!, counts[j * E + j]!];
      if (!(tokens > 0)) continue;
      pairs.push({ experts: [i, j], tokens, shares: [tokens / a, tokens / b], lift: (tokens * part.tokens) / (a * b) });
    }
  }
  const strength = ({ shares: [a, b] }: TogetherPair) => a * b;
  return pairs.sort((a, b) => strength(b) - strength(a));
}
