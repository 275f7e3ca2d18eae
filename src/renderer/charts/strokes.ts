// Curves of few points, as a canvas strokes and fills them: smooth at any slope, and slow where there are many.
import type { XY } from '../../charts/index.ts';
import { type Plot, type PlotSeries, visible } from '../../charts/plot.ts';
import type { Domain } from '../../charts/viewport.ts';

export const widthOf = (look: PlotSeries['look']) => (look === 'faint' ? 1 : 1.75);
export const opacityOf = (look: PlotSeries['look']) => (look === 'faint' ? 0.5 : 1);
export const bandOpacity = 0.16;

/** The interval, the curve and its marks, as far as they show over [from, to] of x. */
export function strokeSeries(context: CanvasRenderingContext2D, plot: Plot, series: PlotSeries, over: Domain): void {
  const { points, look, band, marks } = series;
  if (band) fillBand(context, plot, band, over);
  const [start, end] = visible(points, over);
  context.lineWidth = widthOf(look);
  context.globalAlpha = opacityOf(look);
  context.lineJoin = 'bevel';
  context.lineCap = 'round';
  context.setLineDash(look === 'dashed' ? [5, 4] : []);
  strokeCurve(context, plot, points, start, end);
  context.setLineDash([]);
  // So many that they would touch say no more than the line does.
  const [first, last] = visible(points, plot.view);
  const room = (plot.frame.right - plot.frame.left) / Math.max(1, last - first);
  if (marks && room >= 6) drawMarks(context, plot, points, start, end);
  context.globalAlpha = 1;
}

function strokeCurve(context: CanvasRenderingContext2D, plot: Plot, points: readonly XY[], start: number, end: number) {
  const { x, y } = plot;
  let open = false;
  context.beginPath();
  for (let index = start; index < end; index += 1) {
    const [at, value] = points[index]!;
    if (!x.holds(at) || !y.holds(value)) {
      open = false;
      continue;
    }
    if (!open) context.moveTo(x.at(at), y.at(value));
    open = true;
    // To itself: a point alone between two gaps is seen too.
    context.lineTo(x.at(at), y.at(value));
  }
  context.stroke();
}

function drawMarks(context: CanvasRenderingContext2D, plot: Plot, points: readonly XY[], start: number, end: number) {
  context.beginPath();
  for (let index = start; index < end; index += 1) {
    const [x, y] = points[index]!;
    if (!plot.y.holds(y)) continue;
    context.moveTo(plot.x.at(x) + 2.5, plot.y.at(y));
    context.arc(plot.x.at(x), plot.y.at(y), 2.5, 0, 2 * Math.PI);
  }
  context.fill();
}

function fillBand(context: CanvasRenderingContext2D, plot: Plot, band: NonNullable<PlotSeries['band']>, over: Domain) {
  const drawn = band.slice(...visible(band, over));
  if (drawn.length < 2) return;
  // What a log scale cannot hold lies below everything that it can.
  const at = (value: number) => (plot.y.holds(value) ? plot.y.at(value) : plot.frame.bottom + 8);
  context.beginPath();
  for (const [x, low] of drawn) context.lineTo(plot.x.at(x), at(low));
  for (const [x, , high] of drawn.toReversed()) context.lineTo(plot.x.at(x), at(high));
  context.closePath();
  context.globalAlpha = bandOpacity;
  context.fill();
  context.globalAlpha = 1;
}
