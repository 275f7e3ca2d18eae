// The report and its figures as PDF, by a printer: a page of its own size for each figure.
import { type ColumnWidth, columnWidths } from '../../../charts/index.ts';
import type { Printer } from '../../compute/index.ts';
import type { FigureBlock } from './document.ts';
import { printedFigure } from './draw.ts';
import { fontFace } from './font.ts';

/** The same page at the same time is the same bytes: the dates in the file are those of the report. */
export async function printedPdf(printer: Pick<Printer, 'print'>, html: string, made: Date): Promise<Uint8Array> {
  const bytes = await printer.print(html);
  const stamp = made.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(text.replace(/\((D:)\d{14}(?=[^)]*\))/g, `($1${stamp}`), 'latin1');
}

export function figurePdf(
  printer: Pick<Printer, 'print'>,
  figure: FigureBlock,
  width: ColumnWidth,
  made: Date,
): Promise<Uint8Array> {
  const svg = printedFigure(figure, width, false);
  const height = /^<svg[^>]* height="([\d.]+)mm"/.exec(svg)![1]!;
  const { millimetres } = columnWidths[width];
  const page = `<!doctype html><meta charset="utf-8"><style>${fontFace('400')}@page{size:${millimetres}mm ${height}mm;margin:0}html,body{margin:0}</style>${svg}`;
  return printedPdf(printer, page, made);
}
