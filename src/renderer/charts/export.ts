// A chart as a file: SVG and PNG drawn for paper, on white and at a column's width, and CSV of every number behind it.

import type { AxisOptions } from '../../charts/axis.ts';
import { type Cell, csv } from '../../charts/csv.ts';
import { colourVariables, figureStyle, lineChart } from '../../charts/index.ts';
import type { PlotSeries } from '../../charts/plot.ts';
import type { Domain } from '../../charts/viewport.ts';
import { fileName } from '../../shared/file-name.ts';

export interface ExportedChart {
  title: string;
  /** An SVG document. */
  svg: () => string;
  /** Columns and rows; the first column names or places the row. */
  table: () => { columns: string[]; rows: Cell[][] };
}

export interface LinePlot {
  title: string;
  x: AxisOptions;
  y: AxisOptions;
  series: readonly PlotSeries[];
  view: Domain | null;
  /** The number that an x of the series stands for, where an axis that runs backwards has it negative. */
  numberOf?: (x: number) => number;
}

const onPaper = `:root{color-scheme:light;--paper:#ffffff;--ink:#1b1d21;--quiet:#5d636d;--line:#e3e5e8;${colourVariables.light}}`;

/** What is in view, as a figure of a paper. */
export function exportedLinePlot({ title, x, y, series, view, numberOf = (at) => at }: LinePlot): ExportedChart {
  const seen = ([at]: readonly [number, ...unknown[]]) => !view || (at >= view[0] && at <= view[1]);
  return {
    title,
    svg: () => {
      const { svg } = lineChart({
        id: 'chart',
        title,
        description: title,
        width: 640,
        height: 400,
        x: { ...x, ...(view && { domain: view }) },
        y,
        series: series.flatMap(({ band, points, ...one }) => [
          ...edges(band, one).map((edge) => ({ ...edge, points: edge.points.filter(seen) })),
          { ...one, points: points.filter(seen) },
        ]),
      });
      return standalone(svg.text, figureStyle);
    },
    table: () => ({
      columns: ['series', x.label, y.label, ...(series.some(({ band }) => band) ? ['low 95%', 'high 95%'] : [])],
      rows: series.flatMap(({ label, points, band }) => {
        const interval = new Map((band ?? []).map(([at, low, high]) => [at, [low, high]]));
        const wide = series.some((one) => one.band);
        return points
          .filter(seen)
          .map(([at, value]) => [label, numberOf(at), value, ...(wide ? (interval.get(at) ?? [null, null]) : [])]);
      }),
    }),
  };
}

/** The ends of an interval as two thin curves. */
function edges(band: PlotSeries['band'], { label, colour }: { label: string; colour: string }) {
  if (!band) return [];
  const edge = (side: 1 | 2) => ({
    label,
    colour,
    look: 'faint' as const,
    points: band.map((point) => [point[0], point[side]] as const),
  });
  return [edge(1), edge(2)];
}

/** An SVG that carries its own look, for a file. */
export function standalone(svg: string, style: string): string {
  return svg.replace(/^<svg([^>]*)>/, (_, attributes) => {
    return `<svg${attributes}><style>${onPaper}${style}</style><rect width="100%" height="100%" fill="#ffffff"/>`;
  });
}

export function svgFile(chart: ExportedChart): Blob {
  return new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', chart.svg()], { type: 'image/svg+xml' });
}

export function csvFile(chart: ExportedChart): Blob {
  const { columns, rows } = chart.table();
  return new Blob([csv(columns, rows)], { type: 'text/csv' });
}

/** At three pixels a point: sharp in print. */
export async function pngFile(chart: ExportedChart, scale = 3): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(chart.svg())}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * scale;
  canvas.height = image.naturalHeight * scale;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be drawn.'))), 'image/png');
  });
}

/** Hands a file to the person, under a name that any system takes. */
export function save(file: Blob, name: string, extension: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${fileName(name, 'chart')}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
