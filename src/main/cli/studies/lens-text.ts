// The token lens, in words: each token's experts, layer by layer.
import { grouped, percent } from '../../../charts/index.ts';
import type { LensPart } from '../../../shared/studies/lens.ts';
import { textTable } from '../text-table.ts';
import { number, titled, tokenText } from './text-parts.ts';

const mostTokens = 48;

export function lensText(label: string, part: LensPart): string {
  const { tokens, losses, predicted, layers, active, chosen, probabilities, step, cut } = part;
  const shown = tokens.slice(0, mostTokens);
  const table = textTable([
    { label: 'token', align: 'left', values: shown.map(({ text }) => tokenText(text)) },
    { label: 'loss of the next', values: shown.map((_, at) => number(losses[at])) },
    { label: 'predicted', align: 'left', values: shown.map((_, at) => tokenText(predicted[at]?.text ?? '')) },
    ...Array.from({ length: layers }, (_, layer) => ({
      label: `layer ${layer}`,
      align: 'left' as const,
      values: shown.map((_, at) => {
        const start = (layer * tokens.length + at) * active;
        const experts = Array.from({ length: active }, (_, rank) => chosen[start + rank]);
        return `${experts.join(' ')} (${percent(probabilities[start]!)})`;
      }),
    })),
  ]);
  const more = tokens.length > shown.length ? ` The first ${shown.length} of ${grouped(tokens.length)} tokens.` : '';
  const beyond = cut > 0 ? ` ${grouped(cut)} tokens beyond the context were left out.` : '';
  return `${titled(`${label}: experts of each token at step ${grouped(step)}, by falling probability (of the first).${more}${beyond}`)}${table}`;
}
