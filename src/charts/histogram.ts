// How often each range of values occurs: bars over a common axis.
import { type Axis, axis, drawAxes, type Frame } from './axis.ts';
import { type Drawing, type Figure, svg } from './figure.ts';
import { significant } from './format.ts';
import { element } from './markup.ts';

export interface Bin {
  from: number;
  to: number;
  count: number;
}

export interface Histogram extends Drawing {
  bins: readonly Bin[];
  /** What is counted over: 'weight'. */
  label: string;
}

export interface HistogramBars {
  frame: Frame;
  x: Axis;
  y: Axis;
  bars: { x: number; y: number; width: number; height: number; bin: Bin }[];
}

/** Where the bars lie; a bin that holds anything is at least a pixel high. */
export function histogramBars({
  bins,
  label,
  width,
  height,
}: Omit<Histogram, keyof Drawing> & Pick<Drawing, 'width' | 'height'>): HistogramBars {
  const most = bins.reduce((top, { count }) => Math.max(top, count), 0);
  const frame: Frame = { left: 56, right: width - 14, top: 20, bottom: height - 38 };
  const y = axis([0, most], [frame.bottom, frame.top], { label: 'count', zero: true });
  const ends = bins.length === 0 ? [0, 1] : [bins[0]!.from, bins.at(-1)!.to];
  // All values alike make a bin without a width, which an axis cannot show.
  const [low, high] = ends[0] === ends[1] ? [ends[0]! - 0.5, ends[1]! + 0.5] : ends;
  const x = axis([low!, high!], [frame.left, frame.right], { label, exact: true });
  return {
    ...{ frame, x, y },
    bars: bins.map((bin) => {
      const [from, to] = bin.from === bin.to ? [low!, high!] : [bin.from, bin.to];
      const top = bin.count > 0 ? Math.min(y.at(bin.count), frame.bottom - 1) : frame.bottom;
      return {
        x: x.at(from),
        y: top,
        width: Math.max(0.5, x.at(to) - x.at(from) - 0.6),
        height: frame.bottom - top,
        bin,
      };
    }),
  };
}

export function histogram(chart: Histogram): Figure {
  const { frame, x, y, bars } = histogramBars(chart);
  return {
    title: chart.title,
    svg: svg(
      chart,
      ...drawAxes(x, y, frame),
      ...bars.map(({ bin, ...box }) =>
        element('rect', { ...box, style: 'fill:var(--blue, #0072b2)' }, element('title', {}, binText(bin))),
      ),
    ),
    table: {
      columns: ['from', 'to', 'count'],
      rows: chart.bins.map(({ from, to, count }) => [significant(from, 5), significant(to, 5), String(count)]),
    },
  };
}

export const binText = ({ from, to, count }: Bin): string =>
  `${significant(from, 3)} to ${significant(to, 3)}: ${significant(count, 4)}`;
