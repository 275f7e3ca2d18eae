// Redundancy of the experts: Min PES and its rate (Figure 5 of 2506.14038), PES by layer (Figure 3a) and its rate (Figure 3b).
import { lookAt, type XY } from '../../../../charts/index.ts';
import { ratesOfChange } from '../../../../shared/rate-of-change.ts';
import type { Evaluation } from '../../../../shared/worker-messages.ts';
import type { ComparedRun } from '../../comparison/compare.ts';
import type { Block, FigureBlock } from '../document.ts';
import type { DrawnGroup, ReportSource } from '../source.ts';
import { groupSeries, linesFigure, mean, meanOf, overTraining, seedsCaption, tokensAxis } from './over-training.ts';

/** Figures by layer, one a group. */
const mostByLayer = 6;

export function similarity({ groups }: ReportSource): Block[] {
  const measured = groups.filter(({ runs }) =>
    runs.some(({ evaluations }) => evaluations.some((one) => one.similarity)),
  );
  if (measured.length === 0) return [{ kind: 'paragraph', text: 'PES was not measured in these runs.' }];
  const left = measured.length - mostByLayer;
  const blocks = [
    overTraining(measured, {
      id: 'min-pes',
      title: 'Min PES',
      caption: 'Pairwise expert similarity in the layer where it is lowest. Lower is less redundant.',
      y: { label: 'Min PES', zero: true, exact: true },
      read: ({ similarity }) => similarity?.minimum,
    }),
    rate(measured, {
      id: 'min-pes-rate',
      title: 'Rate of Min PES',
      caption: 'Change of Min PES between two evaluations, a million tokens trained (as Figure 5 of arXiv 2506.14038).',
      read: ({ similarity }) => similarity?.minimum ?? null,
    }),
    rate(measured, {
      id: 'pes-rate',
      title: 'Rate of PES',
      caption:
        'Change of PES, mean over layers, between two evaluations, a million tokens trained (as Figure 3b of arXiv 2506.14038).',
      read: ({ similarity }) => (similarity ? mean(similarity.pes) : null),
    }),
    ...measured.slice(0, mostByLayer).map(byLayer(measured)),
  ].filter((block) => block !== null);
  if (left <= 0) return blocks;
  return [...blocks, { kind: 'paragraph', text: `PES by layer of ${left} more groups is not drawn.`, tone: 'quiet' }];
}

function rate(
  groups: readonly DrawnGroup[],
  {
    id,
    title,
    caption,
    read,
  }: { id: string; title: string; caption: string; read: (one: Evaluation) => number | null },
): FigureBlock | null {
  const series = groupSeries(groups, ({ evaluations }: ComparedRun) => {
    const measured = evaluations.filter((one) => one.similarity);
    const rates = ratesOfChange(measured.map((one) => ({ tokens: one.tokens, value: read(one) })));
    return measured.flatMap((one, index): XY[] => (rates[index] === null ? [] : [[one.tokens, rates[index]! * 1e6]]));
  });
  if (series.length === 0) return null;
  const y = { label: 'change a million tokens', zero: true };
  return linesFigure({ id, title, caption: `${caption}${seedsCaption(groups)}`, x: tokensAxis, y, series });
}

/** On one scale for all groups. */
function byLayer(groups: readonly DrawnGroup[]) {
  const all = groups.flatMap(({ runs }) =>
    runs.flatMap(({ evaluations }) => evaluations.flatMap((one) => one.similarity?.pes ?? [])),
  );
  const finite = all.filter(Number.isFinite);
  const domain = [Math.min(0, ...finite), Math.max(...finite)] as const;
  return ({ label, runs, colour }: DrawnGroup, index: number): FigureBlock => {
    const curves = runs.map(({ evaluations }) => evaluations.filter((one) => one.similarity));
    const layers = Math.max(...curves.map((own) => own[0]?.similarity?.pes.length ?? 0));
    const series = Array.from({ length: layers }, (_, layer) => {
      const { points } = meanOf(
        curves
          .filter((own) => own.length > 0)
          .map((own) => own.map((one): XY => [one.tokens, one.similarity!.pes[layer]!])),
      );
      const share = 0.4 + (0.6 * layer) / Math.max(1, layers - 1);
      return { label: `layer ${layer}`, colour: { ...colour, share }, ...lookAt(layer), points };
    });
    const seeds = runs.length > 1 ? ` Means over ${runs.length} seeds.` : '';
    return linesFigure({
      id: `pes-layers-${index + 1}`,
      title: `PES by layer: ${label}`,
      caption: `Pairwise expert similarity of each layer over training (as Figure 3a of arXiv 2506.14038).${seeds}`,
      x: tokensAxis,
      y: { label: 'PES', domain },
      series,
    });
  };
}
