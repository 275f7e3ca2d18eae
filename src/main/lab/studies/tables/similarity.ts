// Pairwise expert similarity over checkpoints as long tables.

import type { Cell } from '../../../../charts/csv.ts';
import type { SimilarityPart } from '../../../../shared/studies/similarity.ts';
import { type DataTable, runHead, type TableRun } from './data-table.ts';

export function similarityTables({ id, name }: TableRun, parts: readonly SimilarityPart[]): DataTable[] {
  const table = (
    title: string,
    head: readonly string[],
    rowsOf: (part: SimilarityPart) => Iterable<readonly Cell[]>,
  ) => ({
    name: title,
    head: [...runHead, 'step', ...head],
    rows: parts.flatMap((part) => [...rowsOf(part)].map((row) => [id, name, part.step, ...row])),
  });
  return [
    table(
      'similarity',
      ['tokens', 'layer', 'PES', 'standard error', 'standard error over sequences', 'low', 'high'],
      (part) =>
        part.pes.map((pes, layer) => [
          part.tokens,
          layer,
          pes,
          part.standardError[layer]!,
          part.sequenceStandardError[layer]!,
          ...part.interval[layer]!,
        ]),
    ),
    table('similarity-pairs', ['layer', 'expert', 'other', 'cosine'], pairs),
  ];
}

function* pairs({ layers, experts: E, cosines }: SimilarityPart) {
  for (let layer = 0; layer < layers; layer++) {
    for (let i = 0; i < E; i++) {
      for (let j = i + 1; j < E; j++) yield [layer, i, j, cosines[(layer * E + i) * E + j]!];
    }
  }
}
