// Ink for curves: draws series on a canvas, and where nothing but new points at the end has come since, only these.
import type { XY } from '../../charts/index.ts';
import { type Plot, type PlotSeries, visible } from '../../charts/plot.ts';
import { trace } from '../../charts/trace.ts';

interface Drawn {
  count: number;
  /** First, middle and last point as they were drawn. */
  samples: readonly (XY | undefined)[];
}

export class CurveCanvas {
  readonly #canvas: HTMLCanvasElement;
  #key = '';
  #drawn = new Map<string, Drawn>();
  /** CSS colours as the page has them now: asking is slow. */
  #colours = new Map<string, string>();
  #theme = '';
  /** For tests and curiosity: how many times everything was drawn anew. */
  redraws = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  draw(plot: Plot, series: readonly PlotSeries[], size: { width: number; height: number }, theme: string): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const ratio = globalThis.devicePixelRatio || 1;
    const looks = series.map(({ id, colour, look }) => `${id} ${colour} ${look}`).join('\n');
    const key = `${plot.key} ${ratio} ${theme}\n${looks}`;
    const whole = key !== this.#key || series.some((one) => one.band || !this.#continues(one));
    if (whole) {
      this.redraws += 1;
      this.#canvas.width = Math.round(size.width * ratio);
      this.#canvas.height = Math.round(size.height * ratio);
      this.#drawn.clear();
      this.#key = key;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    const { left, right, top, bottom } = plot.frame;
    context.beginPath();
    context.rect(left - 4, top - 4, right - left + 8, bottom - top + 8);
    context.clip();
    const behindFirst = [...series].sort((a, b) => Number(b.look === 'faint') - Number(a.look === 'faint'));
    if (theme !== this.#theme) this.#colours.clear();
    this.#theme = theme;
    for (const one of behindFirst) this.#curve(context, plot, one, this.#colour(one.colour));
    context.restore();
  }

  #curve(context: CanvasRenderingContext2D, plot: Plot, series: PlotSeries, colour: string): void {
    const { points, look, marks, band } = series;
    const before = this.#drawn.get(series.id)?.count ?? 0;
    if (band) drawBand(context, plot, band, colour);
    const [start, end] = visible(points, plot.view);
    const from = Math.max(start, before - 1);
    if (before === 0 || points.length > before) {
      context.strokeStyle = colour;
      context.lineWidth = look === 'faint' ? 1 : 1.75;
      context.globalAlpha = look === 'faint' ? 0.5 : 1;
      context.lineJoin = 'round';
      context.lineCap = 'round';
      context.setLineDash(look === 'dashed' ? [5, 4] : []);
      strokeCurve(context, plot, points, from, end);
      context.setLineDash([]);
      if (marks) drawMarks(context, plot, points, before === 0 ? start : before, end, colour);
      context.globalAlpha = 1;
    }
    this.#drawn.set(series.id, { count: points.length, samples: samplesOf(points, points.length) });
  }

  #colour(css: string): string {
    const known = this.#colours.get(css);
    if (known) return known;
    this.#canvas.style.color = css;
    const { color } = getComputedStyle(this.#canvas);
    this.#canvas.style.color = '';
    this.#colours.set(css, color);
    return color;
  }

  #continues({ id, points }: PlotSeries): boolean {
    const drawn = this.#drawn.get(id);
    if (!drawn || points.length < drawn.count) return false;
    return samplesOf(points, drawn.count).every((point, index) => {
      const other = drawn.samples[index];
      return point === other || (point?.[0] === other?.[0] && Object.is(point?.[1], other?.[1]));
    });
  }
}

const samplesOf = (points: readonly XY[], count: number) => [points[0], points[count >> 1], points[count - 1]];

function strokeCurve(context: CanvasRenderingContext2D, plot: Plot, points: readonly XY[], start: number, end: number) {
  const { x, y } = plot;
  context.beginPath();
  trace(points, start, end, {
    x: x.at,
    y: y.at,
    holds: (point) => x.holds(point[0]) && y.holds(point[1]),
    to(px, py, first) {
      if (first) context.moveTo(px, py);
      // To itself: a point alone between two gaps is seen too.
      context.lineTo(px, py);
    },
  });
  context.stroke();
}

function drawMarks(
  context: CanvasRenderingContext2D,
  plot: Plot,
  points: readonly XY[],
  start: number,
  end: number,
  colour: string,
) {
  // So many that they would touch say no more than the line does.
  if ((plot.frame.right - plot.frame.left) / Math.max(1, end - start) < 6) return;
  context.fillStyle = colour;
  for (let index = start; index < end; index += 1) {
    const [x, y] = points[index]!;
    if (!plot.y.holds(y)) continue;
    context.beginPath();
    context.arc(plot.x.at(x), plot.y.at(y), 2.5, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawBand(
  context: CanvasRenderingContext2D,
  plot: Plot,
  band: NonNullable<PlotSeries['band']>,
  colour: string,
) {
  const [from, to] = plot.view;
  const seen = (index: number) => (band[index + 1]?.[0] ?? to) >= from && (band[index - 1]?.[0] ?? from) <= to;
  const drawn = band.filter((_, index) => seen(index));
  if (drawn.length < 2) return;
  // What a log scale cannot hold lies below everything that it can.
  const at = (value: number) => (plot.y.holds(value) ? plot.y.at(value) : plot.frame.bottom + 8);
  context.beginPath();
  for (const [x, low] of drawn) context.lineTo(plot.x.at(x), at(low));
  for (const [x, , high] of drawn.toReversed()) context.lineTo(plot.x.at(x), at(high));
  context.closePath();
  context.globalAlpha = 0.16;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}
