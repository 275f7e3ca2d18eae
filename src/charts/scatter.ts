// Points of two measures with their Pareto front, each with a shape and a colour. What has no x stands beside the plot, in a
// strip of its own: its y is known, and nothing is made up for the rest.
import {
  line,
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from 'd3';
import { type Axis, type AxisOptions, axis, drawAxes, type Frame } from './axis.ts';
import { type Drawing, type Figure, svg } from './figure.ts';
import { significant } from './format.ts';
import { element, type Markup } from './markup.ts';
import { type Better, paretoFront } from './pareto.ts';

const symbols = {
  circle: symbolCircle,
  square: symbolSquare,
  triangle: symbolTriangle,
  diamond: symbolDiamond,
  cross: symbolCross,
  star: symbolStar,
  'triangle down': {
    draw(context, size) {
      const y = -Math.sqrt(size / (3 * Math.sqrt(3)));
      context.moveTo(0, -2 * y);
      context.lineTo(-Math.sqrt(3) * y, y);
      context.lineTo(Math.sqrt(3) * y, y);
      context.closePath();
    },
  },
} as const satisfies Record<string, SymbolType>;

export type Shape = keyof typeof symbols;
export const shapes = Object.keys(symbols) as Shape[];

/** Around (0, 0). */
export const shapePath = (shape: Shape, area = 62): string => symbol(symbols[shape], area).digits(2)()!;

export interface ScatterPoint {
  id: string;
  /** What it is of, and which one it is. */
  label: string;
  name: string;
  /** Any CSS colour. */
  colour: string;
  shape: Shape;
  /** Null: it has none, and stands in the strip, hollow. */
  x: number | null;
  y: number;
  /** Where x may lie. */
  range?: readonly [low: number, high: number] | null;
}

export interface ScatterOptions {
  width: number;
  height: number;
  x: AxisOptions;
  y: AxisOptions;
  points: readonly ScatterPoint[];
  /** Which way is good; left out where neither is, and there is no front. */
  better?: { x: Better; y: Better };
  /** Name of the strip. */
  aside: string;
}

export interface PlacedPoint {
  point: ScatterPoint;
  px: number;
  py: number;
  onFront: boolean;
}

export interface ScatterGeometry {
  frame: Frame;
  x: Axis;
  y: Axis;
  /** From the left to the right; those in the strip first. */
  placed: PlacedPoint[];
  /** The front as a path of steps; '' where there is none. */
  front: string;
  /** Null where every point has an x. */
  strip: { left: number; right: number } | null;
}

const stripWidth = 66;

export function scatterGeometry({ width, height, points, better, ...options }: ScatterOptions): ScatterGeometry {
  const drawn = points.filter(({ y }) => Number.isFinite(y));
  const [top, bottom] = [30, height - 40];
  const y = axis(
    drawn.map((point) => point.y),
    [bottom, top],
    options.y,
  );
  const widest = Math.max(2, ...y.ticks.map(({ label }) => label.length));
  const left = 12 + 7 * widest;
  const strip = drawn.some(({ x }) => x === null) ? { left, right: left + stripWidth } : null;
  const frame = { left: strip ? strip.right + 14 : left, right: width - 28, top, bottom };
  const x = axis(
    drawn.flatMap((point) => point.x ?? []),
    [frame.left, frame.right],
    options.x,
  );
  const measured = drawn.flatMap((point) => (point.x === null ? [] : [{ point, x: point.x, y: point.y }]));
  const front = better ? paretoFront(measured, better) : [];
  const onFront = new Set(front.map(({ point }) => point));
  const aside = drawn.filter((point) => point.x === null);
  const placed = drawn.map((point): PlacedPoint => {
    const share = (aside.indexOf(point) + 1) / (aside.length + 1);
    const px = point.x === null ? strip!.left + share * stripWidth : x.at(point.x);
    return { point, px, py: y.at(point.y), onFront: onFront.has(point) };
  });
  const corners = front.flatMap((one, index) => {
    const next = front[index + 1];
    const at = [x.at(one.x), y.at(one.y)] as const;
    // Between two of the front lies what the better one in x gives.
    if (!next) return [at];
    return better?.x === 'higher' ? [at, [at[0], y.at(next.y)] as const] : [at, [x.at(next.x), at[1]] as const];
  });
  return {
    frame,
    x,
    y,
    placed: placed.sort((a, b) => a.px - b.px),
    front: front.length > 1 ? line<readonly [number, number]>().digits(2)(corners)! : '',
    strip,
  };
}

export interface ScatterChart extends Drawing, ScatterOptions {
  /** Shapes and colours with their names. */
  legend: readonly { label: string; colour?: string; shape?: Shape }[];
}

export function scatterChart(chart: ScatterChart): Figure {
  const legend = legendOf(chart.legend, chart.width);
  const { frame, x, y, placed, front, strip } = scatterGeometry({ ...chart, height: chart.height - legend.height });
  return {
    title: chart.title,
    svg: svg(
      chart,
      ...legend.marks,
      element(
        'g',
        { transform: `translate(0 ${legend.height})` },
        ...drawAxes(x, y, strip ? { ...frame, left: strip.left } : frame),
        ...(strip ? stripMarks(strip, frame, chart.aside) : []),
        element('path', { class: 'axis dashed', d: front }),
        ...placed.map(mark),
      ),
    ),
    table: {
      columns: ['of', 'setting', x.options.label, y.options.label, ...(chart.better ? ['on the front'] : [])],
      rows: placed.map(({ point, onFront }) => [
        point.label,
        point.name,
        point.x === null ? '' : significant(point.x, 5),
        significant(point.y, 5),
        ...(chart.better ? [onFront ? 'yes' : ''] : []),
      ]),
    },
  };
}

function mark({ point, px, py, onFront }: PlacedPoint): Markup {
  const { colour, shape, x } = point;
  const look =
    x === null
      ? `fill:none;stroke:${colour};stroke-width:1.6`
      : `fill:${colour};stroke:${onFront ? 'var(--ink, #1b1d21)' : 'var(--paper, #ffffff)'}`;
  return element(
    'path',
    { d: shapePath(shape), transform: `translate(${px.toFixed(2)} ${py.toFixed(2)})`, style: look },
    element('title', {}, `${point.label}, ${point.name}`),
  );
}

function stripMarks(strip: { left: number; right: number }, { top, bottom }: Frame, name: string): Markup[] {
  const middle = (strip.left + strip.right) / 2;
  return [
    element('path', { class: 'grid', d: `M${strip.right + 7} ${top}V${bottom}` }),
    element('text', { class: 'tick', x: middle, y: bottom + 17, 'text-anchor': 'middle' }, name),
  ];
}

function legendOf(entries: ScatterChart['legend'], width: number): { marks: Markup[]; height: number } {
  let [left, top] = [0, 14];
  const marks = entries.flatMap(({ label, colour = 'var(--quiet, #5d636d)', shape = 'circle' }) => {
    const size = 32 + 7.2 * label.length;
    if (left > 0 && left + size > width) [left, top] = [0, top + 19];
    const sample = element('path', {
      d: shapePath(shape),
      transform: `translate(${left + 7} ${top - 4})`,
      style: `fill:${colour}`,
    });
    const name = element('text', { x: left + 18, y: top }, label);
    left += size;
    return [sample, name];
  });
  return { marks, height: entries.length === 0 ? 0 : top + 4 };
}
