// A figure block as a drawing: for a page, whose colours follow its theme, or for print, in plain ones. It thins what lies behind
// (the training curves) where there are more points than a small file holds; measured points are never left out.
import {
  type ColumnWidth,
  columnWidths,
  countTicks,
  type Figure,
  heatMaps,
  lineChart,
  printColour,
  publicationSvg,
  runColour,
  type XY,
} from '../../../charts/index.ts';
import { thinned } from '../../../charts/sparkline.ts';
import type { FigureBlock, ReportAxis, ReportColour, ReportSeries } from './document.ts';
import { interFont } from './font.ts';

export interface Place {
  /** Unique in its page. */
  id: string;
  width: number;
  height: number;
  colour: (colour: ReportColour) => string;
}

/** Points of all training curves of one figure together: about 120 kB of SVG. */
const faintPoints = 9000;

export function drawFigure({ title, caption, description, chart }: FigureBlock, place: Place): Figure {
  const { id, width, height, colour } = place;
  const about = `${caption} ${description}`;
  if (chart.kind === 'load-maps') {
    const rows = chart.rows.map((row) => {
      const many = width < 500 ? 2 : 4;
      return { ...row, maps: spread(row.maps, many), colour: colour(row.colour) };
    });
    return heatMaps({ id, title, description: about, width, rows, most: chart.most });
  }
  const faint = chart.series.filter((one) => one.faint).length;
  const columns = Math.max(50, Math.floor(faintPoints / 4 / Math.max(1, faint)));
  return lineChart({
    id,
    title,
    description: about,
    width,
    height,
    x: axisOf(chart.x),
    y: axisOf(chart.y),
    series: chart.series.map((one) => {
      const { label, points, band, marker, dash, scattered } = one;
      return {
        label,
        colour: colour(one.colour),
        points: one.faint ? thinned(points, columns) : points,
        ...(one.faint && { look: 'faint' as const }),
        ...(marker && { marks: true, marker }),
        ...(dash && { dash }),
        ...(scattered && { scattered }),
        ...(band && { band }),
      };
    }),
  });
}

/** As a file of its own for a column of a printed page. */
export function printedFigure(figure: FigureBlock, width: ColumnWidth, font = true): string {
  const { units } = columnWidths[width];
  const place = { id: figure.id, width: units, height: Math.round(units * (width === 'single' ? 0.78 : 0.5)) };
  const drawn = drawFigure(figure, { ...place, colour: printed });
  return publicationSvg(drawn, width, font ? interFont('400') : undefined);
}

export const printed = ({ key, shade, share = 1 }: ReportColour) => mixed(printColour(key, shade), share);

export const themed = ({ key, shade, share = 1 }: ReportColour) => {
  const colour = runColour(key, shade);
  return share === 1 ? colour : `color-mix(in oklab, ${colour} ${Math.round(100 * share)}%, var(--paper, #ffffff))`;
};

/** With white, in sRGB. */
function mixed(hex: string, share: number): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const blend = parts.map((part) => Math.round(part * share + 255 * (1 - share)));
  return `#${blend.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function axisOf({ count, ...axis }: ReportAxis) {
  return { ...axis, ...(count && { format: countTicks }) };
}

/** Rows of a figure's own table, for a page: the curves that are measured, at most so many rows. */
export function figureRows({ chart }: FigureBlock, most: number): { series: ReportSeries[]; rows: XY[][] } | null {
  if (chart.kind !== 'lines') return null;
  const series = chart.series.filter((one) => !one.faint);
  return { series, rows: series.map(({ points }) => (points.length > most ? thinned(points, most / 4) : [...points])) };
}

/** The first, the last, and evenly some between. */
export function spread<Item>(items: readonly Item[], many: number): Item[] {
  if (items.length <= many) return [...items];
  return Array.from({ length: many }, (_, index) => items[Math.round((index * (items.length - 1)) / (many - 1))]!);
}
