// Router geometry over checkpoints as long tables.

import type { Cell } from '../../../../charts/csv.ts';
import type { GeometryPart } from '../../../../shared/studies/geometry.ts';
import { type DataTable, runHead, type TableRun } from './data-table.ts';

export function geometryTables({ id, name }: TableRun, parts: readonly GeometryPart[]): DataTable[] {
  const table = (
    title: string,
    head: readonly string[],
    rowsOf: (part: GeometryPart) => Iterable<readonly Cell[]>,
  ) => ({
    name: title,
    head: [...runHead, 'step', 'layer', ...head],
    rows: parts.flatMap((part) => [...rowsOf(part)].map((row) => [id, name, part.step, ...row])),
  });
  return [
    table(
      'geometry',
      ['L1', 'mean square', 'mean square of cosines', 'drift', 'drift cosine', 'length-load correlation'],
      ({ orthogonality: { l1, meanSquare, direction }, drift, normLoadCorrelation }) =>
        l1.map((sum, layer) => [
          layer,
          sum,
          meanSquare[layer],
          direction[layer],
          drift?.relative[layer],
          drift?.cosine[layer],
          normLoadCorrelation[layer],
        ]),
    ),
    table('geometry-singular-values', ['index', 'singular value'], ({ singularValues }) =>
      singularValues.flatMap((values, layer) => values.map((value, index) => [layer, index, value])),
    ),
    table('geometry-experts', ['expert', 'length', 'share of slots'], ({ norms, load }) =>
      norms.flatMap((values, layer) => values.map((value, expert) => [layer, expert, value, load[layer]?.[expert]])),
    ),
    table('geometry-gram', ['expert', 'other', 'product', 'cosine'], gram),
  ];
}

function* gram({ layers, experts: E, gram: products, cosine }: GeometryPart) {
  for (let layer = 0; layer < layers; layer++) {
    for (let i = 0; i < E; i++) {
      for (let j = i; j < E; j++) {
        const at = (layer * E + i) * E + j;
        yield [layer, i, j, products[at]!, cosine[at]!];
      }
    }
  }
}
