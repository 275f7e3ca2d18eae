// Curves over a common x-axis, with a legend. It draws every point it is given, up to what a pixel can show.
import { line } from 'd3';
import { type Axis, type AxisOptions, axis, drawAxes, type Frame } from './axis.ts';
import { keepExtremes, type XY } from './extremes.ts';
import { type Drawing, type Figure, type FigureTable, svg } from './figure.ts';
import { significant } from './format.ts';
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
  const y = axis(
    all.map(([, value]) => value),
    [bottom, top],
    chart.y,
  );
  const widest = Math.max(2, ...y.ticks.map(({ label }) => label.length));
  const frame: Frame = { left: 12 + 7 * widest, right: width - 16, top, bottom };
  const x = axis(
    all.map(([value]) => value),
    [frame.left, frame.right],
    chart.x,
  );
  const faintFirst = [...series].sort((a, b) => Number(b.look === 'faint') - Number(a.look === 'faint'));
  const curves = faintFirst.flatMap((one) => drawCurve(one, x, y));
  return {
    title: chart.title,
    svg: svg(chart, ...legend.marks, ...drawAxes(x, y, frame), ...curves),
    table: tableOf(chart),
  };
}

function drawCurve({ points, colour, look = 'solid', marks }: ChartSeries, x: Axis, y: Axis): Markup[] {
  const drawn = stretches(points, (point) => x.holds(point[0]) && y.holds(point[1])).map((stretch) =>
    keepExtremes(stretch.map(([a, b]) => [x.at(a), y.at(b)] as const)),
  );
  const path = line<XY>().digits(2);
  const d = drawn.map((stretch) => path(stretch)).join('');
  const curve = element('path', { class: `curve ${look}`, d, style: `stroke:${colour}` });
  if (!marks) return [curve];
  const dots = drawn
    .flat()
    .map(([cx, cy]) => element('circle', { class: 'mark', cx, cy, r: 3, style: `fill:${colour}` }));
  return [curve, ...dots];
}

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
  const marks = named.flatMap(({ label, colour, look = 'solid' }) => {
    const text = label.length > 40 ? `${[...label].slice(0, 39).join('')}…` : label;
    const size = 36 + 7.2 * text.length;
    if (left > 0 && left + size > width) [left, top] = [0, top + row];
    const sample = element('path', {
      class: `curve ${look}`,
      d: `M${left + 1} ${top - 4}h18`,
      style: `stroke:${colour};stroke-width:2.5`,
    });
    const name = element('text', { x: left + 25, y: top }, text);
    left += size;
    return [sample, name];
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
