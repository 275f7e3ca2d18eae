// Pairwise expert similarity over checkpoints, in words.
import { grouped, percent } from '../../../charts/index.ts';
import type { SimilarityPart, SimilarityRequest } from '../../../shared/studies/similarity.ts';
import { textTable } from '../text-table.ts';
import { number, sampled, titled, tokensText } from './text-parts.ts';

const mostRows = 12;

export function similarityText(
  label: string,
  all: readonly SimilarityPart[],
  { confidence }: SimilarityRequest,
): string {
  const parts = sampled(all, mostRows);
  const last = all.at(-1)!;
  const table = textTable([
    { label: 'step', values: parts.map(({ step }) => grouped(step)) },
    { label: 'Min PES', values: parts.map(({ minimum }) => number(minimum)) },
    ...last.pes.map((_, layer) => ({
      label: `layer ${layer}`,
      values: parts.map(({ pes, interval }) => `${number(pes[layer])} ± ${number(halfWidth(interval[layer]!), 2)}`),
    })),
  ]);
  return `${titled(`${label}: PES on ${grouped(last.tokens)} validation tokens, ± the ${percent(confidence)} interval over sequences`)}${table}\n${pairsText(last)}`;
}

const halfWidth = ([low, high]: [number, number]) => (high - low) / 2;

function pairsText({ step, most, least }: SimilarityPart): string {
  const rows = most.flatMap((pairs, layer) => [
    ...pairs.slice(0, 1).map((pair) => ({ layer, which: 'most alike', pair })),
    ...(least[layer] ?? []).slice(0, 1).map((pair) => ({ layer, which: 'least alike', pair })),
  ]);
  return textTable([
    { label: `layer, at step ${grouped(step)}`, align: 'left', values: rows.map(({ layer }) => String(layer)) },
    {
      label: 'pair',
      align: 'left',
      values: rows.map(({ which, pair: { experts } }) => `${which}: ${experts.join(' and ')}`),
    },
    { label: 'cosine', values: rows.map(({ pair }) => number(pair.cosine)) },
    { label: 'tokens of the first', align: 'left', values: rows.map(({ pair }) => tokensText(pair.views[0].top)) },
    { label: 'of the second', align: 'left', values: rows.map(({ pair }) => tokensText(pair.views[1].top)) },
  ]);
}
