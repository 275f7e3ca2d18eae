// One checkpoint's similarity measures: PES with its interval, and the extreme pairs with what their experts see.
import type { ExpertView, SimilarityPart, SimilarityRequest, SimilarPair } from '../../shared/studies/similarity.ts';
import type { SimilarityMeasures } from '../../shared/worker-messages.ts';
import { domainSlots } from '../measures/domain-slots.ts';
import type { SequenceMeans } from '../measures/sequence-means.ts';
import { indexTokens, tokenTable } from '../measures/token-table.ts';
import { expertTokens } from './expert-tokens.ts';
import type { StudyModel } from './model.ts';
import type { SampledText } from './sample.ts';

/** What one pass over the sample of n tokens found. */
export interface SimilarityPass {
  measures: SimilarityMeasures;
  sequences: SequenceMeans;
  /** Per layer [n, K]. */
  chosen: Uint16Array[];
}

export interface SimilarityContext {
  model: Pick<StudyModel, 'configuration' | 'corpus'>;
  request: Pick<SimilarityRequest, 'pairs' | 'topTokens' | 'confidence'>;
  text: SampledText;
  textOf: (token: number) => string;
}

export function similarityPart(
  context: SimilarityContext,
  step: number,
  { measures, sequences, chosen }: SimilarityPass,
): SimilarityPart {
  const { layers, experts } = context.model.configuration.model;
  const { pairs: count, confidence } = context.request;
  const index = indexTokens(context.text.input);
  const extremes = measures.pairs.map((cosines, layer) => {
    const ranked = rankedPairs(cosines);
    const viewOf = expertViews(context, index, chosen[layer]!);
    const pairOf = ([i, j]: [number, number]): SimilarPair => ({
      experts: [i, j],
      cosine: cosines[i]![j]!,
      views: [viewOf(i), viewOf(j)],
    });
    return { most: ranked.slice(0, count).map(pairOf), least: ranked.toReversed().slice(0, count).map(pairOf) };
  });
  return {
    step,
    tokens: measures.tokens,
    sequences: sequences.sequences,
    layers,
    experts,
    pes: measures.pes,
    standardError: measures.standardError,
    sequenceStandardError: sequences.standardErrors(),
    interval: sequences
      .intervals(confidence)
      .map((interval): [number, number] => (interval ? [interval.low, interval.high] : [Number.NaN, Number.NaN])),
    minimum: measures.minimum,
    cosines: Float64Array.from(measures.pairs.flat(2)),
    most: extremes.map(({ most }) => most),
    least: extremes.map(({ least }) => least),
  };
}

/** All pairs i < j by falling cosine, of equal ones the lower experts first. */
function rankedPairs(cosines: readonly (readonly number[])[]): [number, number][] {
  const pairs = cosines.flatMap((row, i) => row.slice(i + 1).map((_, offset): [number, number] => [i, i + 1 + offset]));
  return pairs.sort(([a, b], [c, d]) => cosines[c]![d]! - cosines[a]![b]! || a - c || b - d);
}

/** What each expert of one layer sees; an expert of several pairs is looked at once. */
function expertViews(
  { model, request, text, textOf }: SimilarityContext,
  index: ReturnType<typeof indexTokens>,
  chosen: Uint16Array,
): (expert: number) => ExpertView {
  const { active, experts } = model.configuration.model;
  const names = model.corpus.domains;
  const table = tokenTable(chosen, active, index, experts);
  const slots = domainSlots(chosen, active, text.domains, experts, names.length);
  const known = new Map<number, ExpertView>();
  return (expert) => {
    const before = known.get(expert);
    if (before) return before;
    const own = slots.subarray(expert * names.length, (expert + 1) * names.length);
    const tokens = own.reduce((sum, count) => sum + count, 0);
    const view = {
      expert,
      tokens,
      top: expertTokens(table, expert, request.topTokens, textOf),
      domains: names.flatMap((name, domain) => (own[domain]! > 0 ? [{ name, share: own[domain]! / tokens }] : [])),
    };
    known.set(expert, view);
    return view;
  };
}
