// Routing over checkpoints, in words: how it settles, and what each layer's experts share and specialise on at the end.
import { grouped, percent } from '../../../charts/index.ts';
import { mean } from '../../../shared/statistics/index.ts';
import { type RoutingPart, vocabularies } from '../../../shared/studies/routing.ts';
import { textTable } from '../text-table.ts';
import { number, sampled, titled } from './text-parts.ts';

const mostRows = 12;

export function routingText(label: string, all: readonly RoutingPart[]): string {
  const parts = sampled(all, mostRows);
  const last = all.at(-1)!;
  const column = (name: string, read: (part: RoutingPart) => string) => ({ label: name, values: parts.map(read) });
  const overSteps = textTable([
    column('step', ({ step }) => grouped(step)),
    column('loss', ({ loss }) => number(loss, 4)),
    column('saturation', ({ saturation }) => percent(mean(saturation))),
    column('of the least saturated layer', ({ saturation }) => percent(Math.min(...saturation))),
    column('switch rate', ({ switchRate }) => (switchRate ? percent(mean(switchRate)) : '–')),
    column('MaxVio', (part) => number(mean(layerNumbers(part).map(maxViolation)))),
    column('unused experts', (part) =>
      grouped(
        layerNumbers(part)
          .flat()
          .filter((slots) => slots === 0).length,
      ),
    ),
  ]);
  return `${titled(`${label}: routing of ${grouped(last.tokens)} validation tokens; saturation and switch rate are means over layers`)}${overSteps}\n${byLayer(last)}`;
}

function byLayer(part: RoutingPart): string {
  const layers = Array.from({ length: part.layers }, (_, layer) => layer);
  const pairs = layers.map((layer) => strongestPair(part, layer));
  const domains = layers.map((layer) => strongestDomain(part, layer));
  const { experts: E } = part;
  return textTable([
    { label: `layer, at step ${grouped(part.step)}`, align: 'left', values: layers.map(String) },
    {
      label: 'most co-activated',
      values: pairs.map((pair) => (pair ? `${pair.i} with ${pair.j}: ${percent(pair.share)}` : '–')),
    },
    {
      label: 'most of a domain',
      values: domains.map((one) => (one ? `${one.expert} of ${one.name}: ${percent(one.share)}` : '–')),
    },
    ...vocabularies.map((vocabulary) => ({
      label: `${vocabulary} specialisation`,
      values: layers.map((layer) =>
        // NaN for an expert that no token went to.
        number(
          mean(
            [...part.vocabulary[vocabulary].specialisation.subarray(layer * E, (layer + 1) * E)].filter(
              Number.isFinite,
            ),
          ),
        ),
      ),
    })),
  ]);
}

const layerNumbers = ({ counts, layers, experts: E }: RoutingPart): number[][] =>
  Array.from({ length: layers }, (_, layer) => [...counts.subarray(layer * E, (layer + 1) * E)]);

const maxViolation = (slots: readonly number[]) => Math.max(...slots) / mean(slots) - 1;

/** The largest N_ij / N_i of a layer; null where no two experts share a token. */
function strongestPair({ experts: E, together }: RoutingPart, layer: number) {
  let best: { i: number; j: number; share: number } | null = null;
  for (let i = 0; i < E; i++) {
    for (let j = 0; j < E; j++) {
      const share = together[(layer * E + i) * E + j]! / together[(layer * E + i) * E + i]!;
      if (i !== j && share > (best?.share ?? 0)) best = { i, j, share };
    }
  }
  return best;
}

/** The largest share of a domain's tokens that goes to one expert; null without domains. */
function strongestDomain({ experts: E, domains: { names, tokens, slots } }: RoutingPart, layer: number) {
  let best: { expert: number; name: string; share: number } | null = null;
  for (let expert = 0; expert < E; expert++) {
    for (const [index, name] of names.entries()) {
      const share = slots[(layer * E + expert) * names.length + index]! / tokens[index]!;
      if (share > (best?.share ?? 0)) best = { expert, name, share };
    }
  }
  return best;
}
