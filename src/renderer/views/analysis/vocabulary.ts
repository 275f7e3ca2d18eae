// What the experts of a layer are specialised on.
import { mean } from '../../../shared/statistics/index.ts';
import type { ExpertToken, RoutingPart, Vocabulary } from '../../../shared/studies/routing.ts';

export interface ExpertVocabulary {
  expert: number;
  /** Not a number where it has no token. */
  specialisation: number;
  top: readonly ExpertToken[];
}

/** The experts of a layer, the most specialised first; those without tokens at the end. */
export function expertsByVocabulary(part: RoutingPart, vocabulary: Vocabulary, layer: number): ExpertVocabulary[] {
  const { specialisation, top } = part.vocabulary[vocabulary];
  const experts = Array.from({ length: part.experts }, (_, expert) => ({
    expert,
    specialisation: specialisation[layer * part.experts + expert]!,
    top: top[layer]?.[expert] ?? [],
  }));
  const rank = ({ specialisation: share }: ExpertVocabulary) => (Number.isFinite(share) ? share : -1);
  return experts.sort((a, b) => rank(b) - rank(a) || a.expert - b.expert);
}

/** L: the mean over the layer's experts that have tokens; null without any. */
export function specialisationByLayer(
  { vocabulary: all, layers, experts }: Pick<RoutingPart, 'vocabulary' | 'layers' | 'experts'>,
  vocabulary: Vocabulary,
): (number | null)[] {
  const { specialisation } = all[vocabulary];
  return Array.from({ length: layers }, (_, layer) => {
    const known = [...specialisation.subarray(layer * experts, (layer + 1) * experts)].filter(Number.isFinite);
    return known.length === 0 ? null : mean(known);
  });
}
