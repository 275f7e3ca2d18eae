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
`.trim();
