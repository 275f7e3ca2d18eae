// Validation loss over training, the training loss behind it, and a line from where each group reaches the baseline's final loss to
// where the baseline did: the speed-up of Figure 1 of 2506.14038.
import { tokenRatioText, type XY } from '../../../../charts/index.ts';
import type { Block, ReportSeries } from '../document.ts';
import { elsewhereSeries, elsewhereTable } from '../elsewhere.ts';
import type { DrawnGroup, ReportSource } from '../source.ts';
import { linesFigure, mean, measureSeries, seedsCaption, tokensAxis } from './over-training.ts';

/** More curves than these lie over each other. */
const mostBehind = 6;

export function loss({ comparison, groups, elsewhere }: ReportSource): Block[] {
  const measured = measureSeries(groups, ({ loss }) => loss);
  const marks = speedUpMarks(comparison, groups);
  const behind = comparison.runs.length <= mostBehind ? groups.flatMap(trainingCurves) : [];
  const beside = elsewhereSeries(elsewhere);
  if (measured.length === 0 && behind.length === 0 && beside.length === 0) {
    return [{ kind: 'paragraph', text: 'No run has been trained or evaluated yet.' }];
  }
  const caption = [
    'Validation loss at each evaluation (marks).',
    seedsCaption(groups).trim(),
    behind.length > 0 ? 'Behind it, faint: the training loss of every step.' : '',
    marks.length > 0
      ? `Dotted: from where a group reaches the final loss of ${nameOf(comparison, groups)} to where that one ends (as Figure 1 of arXiv 2506.14038).`
      : '',
    notFinite(groups),
    beside.length > 0 ? `Dashed grey: recorded elsewhere (${beside.map(({ label }) => label).join(', ')}).` : '',
  ];
  return [
    linesFigure({
      id: 'loss',
      title: 'Loss over training',
      caption: caption.filter(Boolean).join(' '),
      x: tokensAxis,
      y: { label: 'cross-entropy (nats a token)', scale: 'log' },
      series: [...behind, ...measured, ...marks, ...beside],
      width: 'double',
    }),
    ...elsewhereTable(elsewhere),
  ];
}

function trainingCurves({ label, all, colour }: DrawnGroup): ReportSeries[] {
  return all.flatMap(({ curves }) => {
    const points = curves.crossEntropy.map(({ tokens, value }): XY => [tokens, value]);
    return points.length > 0 ? [{ label, colour, faint: true, points }] : [];
  });
}

/** A level line for each group that reaches the baseline's final loss, in all pairs of seeds. */
function speedUpMarks({ statistics }: ReportSource['comparison'], groups: readonly DrawnGroup[]): ReportSeries[] {
  const baseline = groups.find(({ key }) => key === statistics.baseline);
  const finals = baseline?.runs.flatMap(({ final }) => final ?? []) ?? [];
  if (!baseline || finals.length === 0) return [];
  const end = mean(finals.map(({ tokens }) => tokens));
  return statistics.speedUps.flatMap(({ group, raw: { final } }): ReportSeries[] => {
    const own = groups.find(({ key }) => key === group);
    const ratio = final?.tokenRatio;
    if (!own || !ratio || !final) return [];
    const points: XY[] = [
      [Math.min(1, ratio.mean) * end, final.loss],
      [Math.max(1, ratio.mean) * end, final.loss],
    ];
    return [{ label: `${own.label}: ${tokenRatioText(ratio.mean)}`, colour: own.colour, dash: '1 2', points }];
  });
}

function notFinite(groups: readonly DrawnGroup[]): string {
  const broken = groups.filter(({ all }) =>
    all.some(({ evaluations }) => evaluations.some(({ loss }) => !Number.isFinite(loss))),
  );
  if (broken.length === 0) return '';
  return `Evaluations that were not finite are gaps (${broken.map(({ label }) => label).join(', ')}).`;
}

const nameOf = ({ statistics }: ReportSource['comparison'], groups: readonly DrawnGroup[]) =>
  groups.find(({ key }) => key === statistics.baseline)!.label;
