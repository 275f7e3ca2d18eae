// A figure: a drawing with a name, a description and the numbers behind it. What every chart here returns.
import { type Child, element, type Markup } from './markup.ts';

export interface FigureTable {
  /** The first column names the rows. */
  columns: string[];
  rows: string[][];
}

export interface Figure {
  title: string;
  svg: Markup;
  table: FigureTable;
}

export interface Drawing {
  /** Unique in its page. */
  id: string;
  title: string;
  /** What is to be seen, for those who cannot see it. */
  description: string;
  width: number;
  height: number;
}

/** An <svg> that scales with its column and tells its name and description. */
export function svg({ id, title, description, width, height }: Drawing, ...children: Child[]): Markup {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-description`,
    },
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-description` }, description),
    ...children,
  );
}

/** The look of all figures: what a page includes once, and an exported figure carries with it. */
export const figureStyle = `
svg { display: block; max-width: 100%; height: auto; font: 13px/1.2 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; }
svg text { fill: var(--ink, #1b1d21); }
svg .tick, svg .label { fill: var(--quiet, #5d636d); font-size: 12px; }
svg .grid { stroke: var(--line, #e3e5e8); fill: none; }
svg .axis { stroke: var(--quiet, #5d636d); fill: none; }
svg .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
svg .faint { stroke-width: 1; stroke-opacity: 0.45; }
svg .dashed { stroke-dasharray: 5 4; }
svg .mark { stroke: var(--paper, #ffffff); stroke-width: 1; }
svg .band { fill-opacity: 0.16; }
`.trim();

/** Columns of a printed page, in millimetres, and the width in units at which a figure is drawn for it: text of 7 to 8 points. */
export const columnWidths = {
  single: { millimetres: 84, units: 400 },
  double: { millimetres: 174, units: 760 },
} as const;
export type ColumnWidth = keyof typeof columnWidths;

/**
 * A figure as a file for print: in millimetres on white, with its own look. CSS variables are gone from it, which few programs read.
 * @param font woff2 as base64, embedded as 'Inter'; the reader's own sans-serif when left out
 */
export function publicationSvg({ svg: drawn }: Figure, width: ColumnWidth, font?: string): string {
  const { millimetres, units } = columnWidths[width];
  const face = font
    ? `@font-face{font-family:Inter;font-weight:400;src:url(data:font/woff2;base64,${font}) format('woff2')}`
    : '';
  const style = figureStyle.replace(
    /font: 13px\/1\.2 [^;]+;/,
    "font: 13px/1.2 Inter, 'Helvetica Neue', Arial, sans-serif;",
  );
  const text = drawn.text.replace(
    /^<svg([^>]*?) width="[\d.]+" height="([\d.]+)"/,
    (_, before: string, height: string) =>
      `<svg${before} width="${millimetres}mm" height="${rounded((Number(height) / units) * millimetres)}mm"`,
  );
  return withoutVariables(
    withoutHints(text).replace(
      /^<svg([^>]*)>/,
      (_, attributes: string) =>
        `<svg${attributes}><style>${face}${style}</style><rect width="100%" height="100%" fill="#ffffff"/>`,
    ),
  );
}

/** Every var(--name, fallback) of a style as its fallback; text that happens to read so stays. */
const withoutVariables = (text: string) =>
  text.replace(/style="[^"]*"|<style>[^<]*<\/style>/g, (style) => style.replace(/var\(--[\w-]+, ([^()]*)\)/g, '$1'));

/** What a pointer would be told of single marks. */
const withoutHints = (text: string) => text.replace(/<title>[^<]*<\/title>/g, '');

const rounded = (value: number) => Math.round(value * 100) / 100;
