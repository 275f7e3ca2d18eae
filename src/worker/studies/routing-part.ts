// One checkpoint's routing measures, from the choices of its pass.
import { type ExpertToken, type RoutingPart, type Vocabulary, vocabularies } from '../../shared/studies/routing.ts';
import { choiceOverlap } from '../measures/choice-overlap.ts';
import { coActivation } from '../measures/co-activation.ts';
import { domainSlots } from '../measures/domain-slots.ts';
import { indexTokens, tokenTable } from '../measures/token-table.ts';
import { vocabularySpecialisation } from '../measures/vocabulary-specialisation.ts';
import { expertTokens } from './expert-tokens.ts';
import type { StudyModel } from './model.ts';
import type { SampledText } from './sample.ts';
import { stacked } from './stacked.ts';

/** What one pass over the sample of n tokens found. */
export interface RoutingPass {
  /** Per layer [n, K]. */
  chosen: Uint16Array[];
  /** [n] */
  predicted: Int32Array;
  /** Mean nats a token. */
  loss: number;
}

export interface RoutingContext {
  model: Pick<StudyModel, 'configuration' | 'corpus'>;
  text: SampledText;
  textOf: (token: number) => string;
  topTokens: number;
  /** The checkpoint that saturation is measured against. */
  reference: RoutingPass;
}

/** @param before the pass of the checkpoint before; null at the first */
export function routingPart(
  context: RoutingContext,
  step: number,
  { chosen, predicted, loss }: RoutingPass,
  before: RoutingPass | null,
): RoutingPart {
  const { model, text, textOf, topTokens, reference } = context;
  const { layers, experts, active } = model.configuration.model;
  const names = [...model.corpus.domains];
  const domainTokens = new Array<number>(names.length).fill(0);
  for (const domain of text.domains) domainTokens[domain]!++;
  const together = chosen.map((layer) => coActivation(layer, active, experts));
  return {
    step,
    tokens: text.input.length,
    loss,
    experts,
    layers,
    counts: Float64Array.from({ length: layers * experts }, (_, index) => {
      const expert = index % experts;
      return together[Math.floor(index / experts)]![expert * experts + expert]!;
    }),
    saturation: chosen.map((layer, index) => choiceOverlap(layer, reference.chosen[index]!, active)),
    switchRate: before && chosen.map((layer, index) => 1 - choiceOverlap(layer, before.chosen[index]!, active)),
    together: stacked(together),
    domains: {
      names,
      tokens: domainTokens,
      slots: stacked(chosen.map((layer) => domainSlots(layer, active, text.domains, experts, names.length))),
    },
    vocabulary: Object.fromEntries(
      vocabularies.map((vocabulary) => [
        vocabulary,
        specialisationOn({ ...text, predicted }[vocabulary], chosen, { active, experts, topTokens, textOf }),
      ]),
    ) as Record<Vocabulary, { specialisation: Float64Array; top: ExpertToken[][][] }>,
  };
}

function specialisationOn(
  tokens: Int32Array,
  chosen: readonly Uint16Array[],
  {
    active,
    experts,
    topTokens,
    textOf,
  }: { active: number; experts: number } & Pick<RoutingContext, 'topTokens' | 'textOf'>,
) {
  const index = indexTokens(tokens);
  const layers = chosen.map((layer) => {
    const table = tokenTable(layer, active, index, experts);
    return {
      specialisation: vocabularySpecialisation(table),
      top: Array.from({ length: experts }, (_, expert) => expertTokens(table, expert, topTokens, textOf)),
    };
  });
  return {
    specialisation: stacked(layers.map(({ specialisation }) => specialisation)),
    top: layers.map(({ top }) => top),
  };
}
