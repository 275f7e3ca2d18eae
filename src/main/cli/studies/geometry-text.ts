// Router geometry over checkpoints, in words: is it scale or direction?
import { grouped } from '../../../charts/index.ts';
import { mean } from '../../../shared/statistics/index.ts';
import type { GeometryPart } from '../../../shared/studies/geometry.ts';
import { textTable } from '../text-table.ts';
import { number, sampled, titled } from './text-parts.ts';

const mostRows = 12;

export function geometryText(label: string, all: readonly GeometryPart[]): string {
  const parts = sampled(all, mostRows);
  const column = (name: string, read: (part: GeometryPart) => string) => ({ label: name, values: parts.map(read) });
  const table = textTable([
    column('step', ({ step }) => grouped(step)),
    column('‖RᵀR − I‖₁', ({ orthogonality }) => number(mean(orthogonality.l1), 4)),
    column('mean (RᵀR − I)²', ({ orthogonality }) => number(mean(orthogonality.meanSquare))),
    column('of cosines alone', ({ orthogonality }) => number(mean(orthogonality.direction))),
    column('singular values', ({ singularValues }) => {
      const values = singularValues.flat();
      return `${number(Math.min(...values))} to ${number(Math.max(...values))}`;
    }),
    column('drift', ({ drift }) => (drift ? number(mean(drift.relative)) : '–')),
    column('drift cosine', ({ drift }) => (drift ? number(mean(drift.cosine)) : '–')),
    column('length–load correlation', ({ normLoadCorrelation }) => {
      const known = normLoadCorrelation.filter((value) => value !== null);
      return known.length > 0 ? number(mean(known)) : '–';
    }),
  ]);
  return `${titled(`${label}: router geometry, means over layers`)}${table}`;
}
