// A measure of evaluations over training tokens, a curve a group: one run as it is, several seeds as their mean with its interval.
import { significant, type XY } from '../../../../charts/index.ts';
import { SeedMean } from '../../../../charts/seed-mean.ts';
import type { Evaluation } from '../../../../shared/worker-messages.ts';
import type { ComparedRun } from '../../comparison/compare.ts';
import type { FigureBlock, ReportAxis, ReportSeries } from '../document.ts';
import type { DrawnGroup } from '../source.ts';

export const tokensAxis: ReportAxis = { label: 'training tokens', count: true, zero: true, exact: true };

type Read = (evaluation: Evaluation) => number | null | undefined;

export function measureSeries(groups: readonly DrawnGroup[], read: Read): ReportSeries[] {
  return groupSeries(groups, (run) =>
    run.evaluations.flatMap((evaluation): XY[] => {
      const value = read(evaluation);
      return value == null || !Number.isFinite(value) ? [] : [[evaluation.tokens, value]];
    }),
  );
}

/** Groups without a point are left out. */
export function groupSeries(groups: readonly DrawnGroup[], curve: (run: ComparedRun) => XY[]): ReportSeries[] {
  return groups.flatMap(({ label, runs, colour, look }): ReportSeries[] => {
    const curves = runs.map(curve).filter((points) => points.length > 0);
    if (curves.length === 0) return [];
    const { points, band } = meanOf(curves);
    return [{ label, colour, marker: look.marker, dash: look.dash, points, ...(band.length > 0 && { band }) }];
  });
}

export function meanOf(curves: XY[][]): { points: XY[]; band: [number, number, number][] } {
  if (curves.length === 1) return { points: curves[0]!, band: [] };
  const { points, band } = new SeedMean(curves).extend();
  return { points: [...points], band: band.map(([x, low, high]) => [x, low, high]) };
}

interface Options {
  id: string;
  title: string;
  caption: string;
  y: ReportAxis;
  read: Read;
}

/** Null where nothing was measured. */
export function overTraining(
  groups: readonly DrawnGroup[],
  { id, title, caption, y, read }: Options,
): FigureBlock | null {
  const series = measureSeries(groups, read);
  if (series.length === 0) return null;
  return linesFigure({ id, title, caption: `${caption}${seedsCaption(groups)}`, x: tokensAxis, y, series });
}

export function linesFigure(figure: {
  id: string;
  title: string;
  caption: string;
  x: ReportAxis;
  y: ReportAxis;
  series: ReportSeries[];
  width?: FigureBlock['width'];
}): FigureBlock {
  const { id, title, caption, x, y, series, width = series.length > 8 ? 'double' : 'single' } = figure;
  return {
    kind: 'figure',
    id,
    title,
    caption,
    description: ends(series),
    width,
    chart: { kind: 'lines', x, y, series },
  };
}

export function seedsCaption(groups: readonly { runs: { length: number } }[]): string {
  const most = Math.max(...groups.map(({ runs }) => runs.length));
  if (most < 2) return '';
  return most > 2
    ? ' Curves are means over seeds, bands their 95% t intervals where there are three seeds or more.'
    : ' Curves are means over seeds.';
}

/** Where each curve ends. */
function ends(series: readonly ReportSeries[]): string {
  const last = series
    .filter(({ faint, points }) => !faint && points.length > 0)
    .map(({ label, points }) => `${label} ${significant(points.at(-1)![1])}`);
  return last.length > 0 ? `At the end: ${last.slice(0, 12).join(', ')}${last.length > 12 ? ', …' : ''}.` : '';
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
