// Curves on a canvas: dense ones as pixels, the others as strokes. Where a chart has only grown at its end since it was drawn
// last, only that end is drawn.
import type { ColumnGrid } from '../../charts/columns.ts';
import { type Plot, type PlotSeries, visible } from '../../charts/plot.ts';
import { type Domain, valueAt } from '../../charts/viewport.ts';
import { DenseCurves, type Stripe } from './dense-curves.ts';
import { Inks } from './ink.ts';
import { strokeSeries } from './strokes.ts';

/** Device pixels a pixel, at most: more cannot be seen in a curve. */
const finest = 2;
/** Pixels around the frame that a line or mark at its edge may cover. */
const margin = 4;

/** The part of the canvas that curves may cover, in device pixels. */
interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
  ratio: number;
}

interface Drawn {
  points: PlotSeries['points'];
  band: PlotSeries['band'];
  /** How many of each were drawn; arrays grow in place. */
  count: number;
  bandCount: number;
  dense: boolean;
}

export class CurveCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #inks: Inks;
  #key = '';
  #drawn = new Map<string, Drawn>();
  #pixels: DenseCurves | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#inks = new Inks(canvas);
  }

  draw(plot: Plot, series: readonly PlotSeries[], size: { width: number; height: number }, theme: string): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    const area = areaOf(plot);
    const looks = series.map(({ id, colour, look }) => `${id} ${colour} ${look}`).join('\n');
    const key = `${plot.key} ${area.ratio} ${theme}\n${looks}`;
    const onlyGrown = key === this.#key && series.every((one) => this.#continues(one));
    const from = onlyGrown ? this.#firstColumn(series, plot, area) : 0;
    if (!onlyGrown) {
      this.#key = key;
      this.#begin(context, Math.round(size.width * area.ratio), Math.round(size.height * area.ratio));
    }
    this.#drawn = new Map(series.map((one) => [one.id, this.#toDraw(one, plot, onlyGrown, area.width)]));
    if (from < area.width) this.#paint(context, plot, behindFirst(series), theme, area, from);
  }

  /** Everything from one column on; what was there before is gone. */
  #paint(
    context: CanvasRenderingContext2D,
    plot: Plot,
    series: readonly PlotSeries[],
    theme: string,
    { left, top, width, height, ratio }: Area,
    from: number,
  ): void {
    const stripe: Stripe = [from, width];
    const { frame, view, x } = plot;
    const at = (column: number) => valueAt((left + column) / ratio, view, [frame.left, frame.right], x.options.scale);
    const over: Domain = [at(from - margin * ratio), at(width + margin * ratio)];
    const dense = series.filter(({ id }) => this.#drawn.get(id)!.dense);
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (dense.length > 0) {
      const picture = this.#picture({ left: left / ratio, top: top / ratio, ratio }, width, height);
      picture.clear(stripe);
      const inked = dense.map((one) => ({ ...one, colour: this.#inks.of(one.colour, theme).colour }));
      picture.paint(plot, inked, stripe, over);
      context.putImageData(picture.image, left, top, from, 0, width - from, height);
    } else context.clearRect(left + from, top, width - from, height);

    context.save();
    context.beginPath();
    context.rect(left + from, top, width - from, height);
    context.clip();
    context.scale(ratio, ratio);
    for (const one of series) {
      if (this.#drawn.get(one.id)!.dense) continue;
      context.strokeStyle = context.fillStyle = this.#inks.of(one.colour, theme).css;
      strokeSeries(context, plot, one, over);
    }
    context.restore();
  }

  /** An empty canvas; where its size stays, so does its memory. */
  #begin(context: CanvasRenderingContext2D, width: number, height: number): void {
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
  }

  #picture(grid: ColumnGrid, width: number, height: number): DenseCurves {
    if (!this.#pixels?.fits(grid, width, height)) this.#pixels = new DenseCurves(grid, width, height);
    return this.#pixels;
  }

  #continues({ id, points, band }: PlotSeries): boolean {
    const drawn = this.#drawn.get(id);
    return (
      drawn?.points === points &&
      points.length >= drawn.count &&
      drawn.band === band &&
      (band?.length ?? 0) >= drawn.bandCount
    );
  }

  /** Where what was added since begins, with room for a line or mark there; the width where nothing was. */
  #firstColumn(series: readonly PlotSeries[], plot: Plot, { left, width, ratio }: Area): number {
    const x = Math.min(...series.map((one) => this.#grownFrom(one)));
    if (x >= plot.view[1]) return width;
    return Math.max(0, Math.floor((plot.x.at(x) - margin) * ratio) - left);
  }

  /** The x from which on a series is not drawn as it is; Infinity where all of it is. */
  #grownFrom({ id, points, band }: PlotSeries): number {
    const { count, bandCount } = this.#drawn.get(id)!;
    const first = (all: readonly (readonly [number, ...unknown[]])[] | undefined, drawn: number) =>
      all && all.length > drawn ? all[Math.max(0, drawn - 1)]![0] : Number.POSITIVE_INFINITY;
    return Math.min(first(points, count), first(band, bandCount));
  }

  #toDraw(series: PlotSeries, plot: Plot, onlyGrown: boolean, columns: number): Drawn {
    const { id, points, band, look } = series;
    const [start, end] = visible(points, plot.view);
    const dense = onlyGrown ? this.#drawn.get(id)!.dense : look !== 'dashed' && end - start > columns / 3;
    return { points, band, count: points.length, bandCount: band?.length ?? 0, dense };
  }
}

/** In whole device pixels, so that a column of the picture is one of the screen. */
function areaOf({ frame: { left, right, top, bottom } }: Plot): Area {
  const ratio = Math.min(finest, globalThis.devicePixelRatio || 1);
  const [x, y] = [Math.floor((left - margin) * ratio), Math.floor((top - margin) * ratio)];
  const [width, height] = [Math.ceil((right + margin) * ratio) - x, Math.ceil((bottom + margin) * ratio) - y];
  return { left: x, top: y, width, height, ratio };
}

const behindFirst = (series: readonly PlotSeries[]) =>
  series.toSorted((a, b) => Number(b.look === 'faint') - Number(a.look === 'faint'));
