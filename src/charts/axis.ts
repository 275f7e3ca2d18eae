// Axes of a plot: a scale with round ends, its ticks, and their marks with labels and units.
import { scaleLinear, scaleLog } from 'd3';
import { abbreviated, significant } from './format.ts';
import { element, type Markup } from './markup.ts';

export interface AxisOptions {
  /** 'tokens', with a unit where it has one: 'validation loss (nats a token)'. */
  label: string;
  scale?: 'linear' | 'log';
  /** Whether 0 belongs to it. */
  zero?: boolean;
  /** Of ticks; four significant digits otherwise. */
  format?: (value: number) => string;
  /** Fixed ends instead of those of the data. */
  domain?: readonly [number, number];
  /** Ends where the data end, and not at the next round value. */
  exact?: boolean;
}

export interface Axis {
  options: AxisOptions;
  ticks: { value: number; label: string }[];
  /** Value to pixel. */
  at: (value: number) => number;
  /** The same for whoever asks it of every point: slope · value + shift, of the value's natural logarithm with `log`. */
  line: { slope: number; shift: number; log: boolean };
  /** Whether a value can be drawn: finite, and above 0 on a log scale. */
  holds: (value: number) => boolean;
}

/** An axis over all values, from pixel range[0] to range[1]. */
export function axis(values: readonly number[], range: readonly [number, number], options: AxisOptions): Axis {
  const holds = (value: number) => Number.isFinite(value) && (options.scale !== 'log' || value > 0);
  const count = Math.max(2, Math.round(Math.abs(range[1] - range[0]) / (range[1] > range[0] ? 80 : 45)));
  const exact = options.exact || options.domain !== undefined;
  const domain = options.domain ?? domainOf(values.filter(holds), options);
  const scale = options.scale === 'log' ? scaleLog(domain, range) : scaleLinear(domain, range);
  if (!exact && options.scale !== 'log') scale.nice(count);
  const format = options.format ?? ((value: number) => tickText(value));
  const log = options.scale === 'log';
  const ends = (scale.domain() as [number, number]).map((value) => (log ? Math.log(value) : value));
  const slope = (range[1] - range[0]) / (ends[1]! - ends[0]!);
  const ticks = log ? logTicks(scale.domain() as [number, number]) : scale.ticks(count);
  return {
    options,
    holds,
    at: (value) => scale(value),
    line: { slope, shift: range[0] - slope * ends[0]!, log },
    ticks: ticks.map((value) => ({ value, label: format(value) })),
  };
}

/** Of a token axis and other large counts. */
export const countTicks = abbreviated;

function tickText(value: number): string {
  return significant(Number(value.toPrecision(3)), 3)
    .replace(/(\.\d*?)0+($|e)/, '$1$2')
    .replace(/\.($|e)/, '$1');
}

function domainOf(values: readonly number[], { scale, zero }: AxisOptions): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of zero ? [0, ...values] : values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return scale === 'log' ? [1, 10] : [0, 1];
  if (low < high) return scale === 'log' ? padded(low, high) : [low, high];
  return scale === 'log'
    ? [low / 2, high * 2]
    : [low - Math.max(Math.abs(low) / 10, 1e-9), high + Math.max(Math.abs(high) / 10, 1e-9)];
}

/** A twentieth more on either side of a log scale, which has no round ends nearby. */
function padded(low: number, high: number): [number, number] {
  const factor = (high / low) ** 0.05;
  return [low / factor, high * factor];
}

/** Powers of ten, and the more values between them the fewer they are. */
function logTicks([low, high]: [number, number]): number[] {
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / 6));
  const steps =
    decades < 0.35
      ? [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]
      : decades < 1
        ? [1, 1.5, 2, 3, 4, 5, 7]
        : decades < 2.5
          ? [1, 2, 5]
          : [1];
  const first = Math.floor(Math.log10(low));
  const ticks: number[] = [];
  for (let power = first; power <= Math.ceil(Math.log10(high)); power += 1) {
    if (steps.length > 1 || Math.abs(power % every) === 0) ticks.push(...steps.map((step) => step * 10 ** power));
  }
  return ticks.map((tick) => Number(tick.toPrecision(3))).filter((tick) => tick >= low && tick <= high);
}

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Grid lines, tick labels and the two axis names; the vertical one stands above its axis, to be read without turning. */
export function drawAxes(x: Axis, y: Axis, { left, right, top, bottom }: Frame): Markup[] {
  const grid = y.ticks.map(({ value }) =>
    element('path', { class: 'grid', d: `M${left} ${round(y.at(value))}H${right}` }),
  );
  const yLabels = y.ticks.map(({ value, label }) =>
    element('text', { class: 'tick', x: left - 6, y: y.at(value) + 4, 'text-anchor': 'end' }, label),
  );
  const xLabels = x.ticks.map(({ value, label }) =>
    element('text', { class: 'tick', x: x.at(value), y: bottom + 17, 'text-anchor': 'middle' }, label),
  );
  return [
    ...grid,
    element('path', { class: 'axis', d: `M${left} ${bottom}H${right}` }),
    ...xLabels,
    ...yLabels,
    element('text', { class: 'label', x: right, y: bottom + 34, 'text-anchor': 'end' }, x.options.label),
    element('text', { class: 'label', x: 0, y: top - 12 }, y.options.label),
  ];
}

const round = (value: number) => Math.round(value * 100) / 100;
