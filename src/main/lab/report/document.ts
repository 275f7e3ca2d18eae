// A report as data: sections of blocks, made once, and written by one renderer a format. Text in it is plain: each renderer
// escapes it its own way. Numbers are there twice: as people read them, and whole.

import type { AxisOptions, ColumnWidth, HeatMapRow, Marker, XY } from '../../../charts/index.ts';
import type { ColourKey } from '../../../shared/config/index.ts';
import type { MeasureCard } from '../../../shared/measures/index.ts';
import type { ReportSection } from '../../../shared/report.ts';

export interface ReportDocument {
  title: string;
  /** That the runs answer; null where it is the title. */
  question: string | null;
  /** When it was made, as people read it. */
  made: string;
  /** Version of the lab. */
  lab: string;
  /** The researcher's own words. */
  note: string;
  sections: Section[];
}

export interface Section {
  key: ReportSection;
  title: string;
  /** The researcher's own words on it. */
  note: string;
  blocks: Block[];
}

export type Block =
  | { kind: 'paragraph'; text: string; tone?: 'answer' | 'quiet' }
  | { kind: 'list'; items: string[] }
  | { kind: 'heading'; text: string }
  | TableBlock
  | FigureBlock
  | { kind: 'facts'; rows: [name: string, text: string][] }
  /** Lines that are typed as they are. */
  | { kind: 'code'; lines: string[] }
  | { kind: 'measure'; card: MeasureCard };

export interface TableBlock {
  kind: 'table';
  /** Of letters, digits and '-': names its file, and is unique in the report. */
  id: string;
  title: string;
  columns: Column[];
  /** As wide as the columns. */
  rows: Cell[][];
  /** Below it. */
  note?: string;
}

export interface Column {
  label: string;
  /** What it means; told where there is room. */
  explanation?: string;
  /** Numbers stand on the right. */
  align: 'left' | 'right';
}

/** Text, or a number with what is known of it. */
export type Cell = string | Quantity;

export interface Quantity {
  text: string;
  /** Null where there is none. */
  value: number | null;
  /** Ends of its 95% interval; null where there is none. */
  low: number | null;
  high: number | null;
  /** Values that it is of. */
  count: number;
}

export interface FigureBlock {
  kind: 'figure';
  /** As a table's. */
  id: string;
  title: string;
  /** What it shows and how it was made; below it. */
  caption: string;
  /** Where each curve ends, for those who cannot see it. */
  description: string;
  width: ColumnWidth;
  chart: LinesChart | LoadMapsChart;
}

/** An axis of a chart without functions: `count` writes large ticks short. */
export type ReportAxis = Omit<AxisOptions, 'format'> & { count?: boolean };

export interface LinesChart {
  kind: 'lines';
  x: ReportAxis;
  y: ReportAxis;
  series: ReportSeries[];
}

export interface ReportSeries {
  label: string;
  colour: ReportColour;
  /** In the direction of x. */
  points: XY[];
  band?: (readonly [x: number, low: number, high: number])[];
  faint?: boolean;
  marker?: Marker;
  dash?: string | undefined;
  /** No line between the marks. */
  scattered?: boolean;
}

/** An objective's colour, the `shade`-th of it, mixed with white to this share (1 when left out). */
export interface ReportColour {
  key: ColourKey;
  shade: number;
  share?: number;
}

export interface LoadMapsChart {
  kind: 'load-maps';
  rows: (Omit<HeatMapRow, 'colour'> & { colour: ReportColour })[];
  /** The largest load that an expert can have, in multiples of the mean. */
  most: number;
}

export const figuresOf = ({ sections }: ReportDocument): FigureBlock[] =>
  sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'figure'));

export const tablesOf = ({ sections }: ReportDocument): TableBlock[] =>
  sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'table'));
