// Curves over a common x-axis, with a legend. It draws every point it is given, up to what a pixel can show.
import { line } from 'd3';
import { type Axis, type AxisOptions, axis, drawAxes, type Frame } from './axis.ts';
import { keepExtremes, type XY } from './extremes.ts';
import { type Drawing, type Figure, type FigureTable, svg } from './figure.ts';
import { significant } from './format.ts';
import { drawMarker, type Marker } from './look.ts';
import { element, type Markup } from './markup.ts';

export interface ChartSeries {
  label: string;
  /** Any CSS colour. */
  colour: string;
  /** In ascending x. Gaps where y cannot be drawn. */
  points: readonly XY[];
  /** faint: the background of another series of the same label and colour, left out of the legend and the table. */
  look?: 'solid' | 'dashed' | 'faint';
  /** A mark at every point: for few, measured ones. */
  marks?: boolean;
  /** Its shape; a circle when left out. */
  marker?: Marker;
  /** Of stroke-dasharray, in place of that of its look. */
  dash?: string | undefined;
  /** Only the marks, no line between them. */
  scattered?: boolean;
  /** An interval around the curve. */
  band?: readonly (readonly [x: number, low: number, high: number])[];
}

export interface LineChart extends Drawing {
  x: AxisOptions;
  y: AxisOptions;
  series: readonly ChartSeries[];
  /** Of the table; five significant digits when left out. */
  value?: (value: number) => string;
}

export function lineChart(chart: LineChart): Figure {
  const { series, width, height } = chart;
  const legend = legendOf(series, width);
  const all = series.flatMap(({ points }) => points);
  const [top, bottom] = [legend.height + 30, height - 40];
  const y = axis([...all.map(([, value]) => value), ...boundsOf(series)], [bottom, top], chart.y);
  const widest = Math.max(2, ...y.ticks.map(({ label }) => label.length));
  const frame: Frame = { left: 12 + 7 * widest, right: width - 16, top, bottom };
  const x = axis(
    all.map(([value]) => value),
    [frame.left, frame.right],
    chart.x,
  );
  const faintFirst = [...series].sort((a, b) => Number(b.look === 'faint') - Number(a.look === 'faint'));
  const bands = series.flatMap((one) => drawBand(one, x, y, chart.id));
  const curves = faintFirst.flatMap((one) => drawCurve(one, x, y));
  const inside = bands.length === 0 ? [] : [clip(chart.id, frame), ...bands];
  return {
    title: chart.title,
    svg: svg(chart, ...legend.marks, ...drawAxes(x, y, frame), ...inside, ...curves),
    table: tableOf(chart),
  };
}

/** Ends of intervals, as far as they do not press flat what they are of: half of the curves' own extent beyond it. */
function boundsOf(series: readonly ChartSeries[]): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of series) {
    for (const [, value] of points) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const room = (high - low) / 2;
  return series.flatMap(({ band = [] }) =>
    band.flatMap(([, least, most]) => [Math.max(least, low - room), Math.min(most, high + room)]),
  );
}

const clip = (id: string, { left, right, top, bottom }: Frame) =>
  element(
    'clipPath',
    { id: `${id}-frame` },
    element('rect', { x: left, y: top, width: right - left, height: bottom - top }),
  );

function drawBand({ band = [], colour }: ChartSeries, x: Axis, y: Axis, id: string): Markup[] {
  const seen = band.filter(([at, low, high]) => x.holds(at) && y.holds(low) && y.holds(high));
  if (seen.length < 2) return [];
  const path = line<XY>().digits(2);
  const [above, below] = [
    seen.map(([at, , high]): XY => [x.at(at), y.at(high)]),
    seen.map(([at, low]): XY => [x.at(at), y.at(low)]),
  ];
  const d = `${path(above)}${path(below.reverse())!.replace('M', 'L')}Z`;
  return [element('path', { class: 'band', d, 'clip-path': `url(#${id}-frame)`, style: `fill:${colour}` })];
}

function drawCurve(series: ChartSeries, x: Axis, y: Axis): Markup[] {
  const { points, colour, look = 'solid', marks, marker = 'circle', scattered } = series;
  const drawn = stretches(points, (point) => x.holds(point[0]) && y.holds(point[1])).map((stretch) =>
    keepExtremes(stretch.map(([a, b]) => [x.at(a), y.at(b)] as const)),
  );
  const path = line<XY>().digits(2);
  const d = drawn.map((stretch) => path(stretch)).join('');
  const curve = element('path', { class: `curve ${look}`, d, style: strokeOf(series) });
  if (!marks) return [curve];
  const dots = drawn.flat().map(([cx, cy]) => drawMarker(marker, cx, cy, colour));
  return scattered ? dots : [curve, ...dots];
}

/** Flat ends: printed, each round one would be an outline of its own. */
const strokeOf = ({ colour, dash }: ChartSeries) =>
  `stroke:${colour}${dash ? `;stroke-dasharray:${dash};stroke-linecap:butt` : ''}`;

/** The unbroken parts of a list. */
function stretches(points: readonly XY[], keep: (point: XY) => boolean): XY[][] {
  const parts: XY[][] = [[]];
  for (const point of points) {
    if (keep(point)) parts.at(-1)!.push(point);
    else if (parts.at(-1)!.length > 0) parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}

/** One line of names in their colours, or as many as the width needs. */
function legendOf(series: readonly ChartSeries[], width: number): { marks: Markup[]; height: number } {
  const named = series.filter(({ look }) => look !== 'faint');
  const row = 19;
  let [left, top] = [0, 14];
  const marks = named.flatMap((one) => {
    const { label, colour, look = 'solid', marker, scattered } = one;
    const text = label.length > 40 ? `${[...label].slice(0, 39).join('')}…` : label;
    const size = 36 + 7.2 * text.length;
    if (left > 0 && left + size > width) [left, top] = [0, top + row];
    const sample = element('path', {
      class: `curve ${look}`,
      d: `M${left + 1} ${top - 4}h18`,
      style: one.dash ? strokeOf(one) : `stroke:${colour};stroke-width:2.5`,
    });
    const mark = marker && drawMarker(marker, left + 10, top - 4, colour);
    const name = element('text', { x: left + 25, y: top }, text);
    left += size;
    return [...(scattered ? [] : [sample]), ...(mark ? [mark] : []), name];
  });
  return { marks, height: named.length === 0 ? 0 : top + 4 };
}

/** A row for each x of the curves that are not faint. */
function tableOf({ x, series, value = (number) => significant(number, 5) }: LineChart): FigureTable {
  const named = series.filter(({ look }) => look !== 'faint');
  const columns = named.map(({ points }) => new Map(points.map(([at, y]) => [at, y])));
  const all = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  return {
    columns: [x.label, ...named.map(({ label }) => label)],
    rows: all.map((at) => [
      (x.format ?? significant)(at),
      ...columns.map((column) => (column.has(at) ? value(column.get(at)!) : '')),
    ]),
  };
}
