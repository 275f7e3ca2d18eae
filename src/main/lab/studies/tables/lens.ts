// The token lens as a long table: a row for each token, layer and chosen expert.
import type { LensPart } from '../../../../shared/studies/lens.ts';
import { type DataTable, runHead, type TableRun } from './data-table.ts';

export function lensTables({ id, name }: TableRun, parts: readonly LensPart[]): DataTable[] {
  const head = [
    'step',
    'position',
    'token',
    'text',
    'loss of the next',
    'predicted next',
    'layer',
    'rank',
    'expert',
    'probability',
  ];
  return [{ name: 'lens', head: [...runHead, ...head], rows: parts.flatMap((part) => [...rows(id, name, part)]) }];
}

function* rows(
  id: string,
  name: string,
  { step, tokens, losses, predicted, layers, active, chosen, probabilities }: LensPart,
) {
  for (const [position, { id: token, text }] of tokens.entries()) {
    // A pasted text has no next token at its end.
    const loss = Number.isNaN(losses[position]) ? null : losses[position];
    for (let layer = 0; layer < layers; layer++) {
      for (let rank = 0; rank < active; rank++) {
        const at = (layer * tokens.length + position) * active + rank;
        const guess = predicted[position]?.text;
        yield [id, name, step, position, token, text, loss, guess, layer, rank, chosen[at], probabilities[at]];
      }
    }
  }
}
