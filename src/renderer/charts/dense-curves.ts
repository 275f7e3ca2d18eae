// Curves of more points than a third of the pixels, painted into pixels of their own. One picture a chart, made where it is
// first needed.
import { type ColumnGrid, Columns, widened } from '../../charts/columns.ts';
import { type Colour, Pixels } from '../../charts/pixels.ts';
import { type Plot, type PlotSeries, visible } from '../../charts/plot.ts';
import type { Domain } from '../../charts/viewport.ts';
import { bandOpacity, opacityOf, widthOf } from './strokes.ts';

export type Stripe = readonly [from: number, to: number];

/** A series whose colour is known in bytes. */
export type Inked = Omit<PlotSeries, 'colour'> & { colour: Colour };

export class DenseCurves {
  readonly #grid: ColumnGrid;
  readonly #pixels: Pixels;
  /** As many as curves are painted together. */
  readonly #columns: Columns[] = [];
  readonly image: ImageData;

  constructor(grid: ColumnGrid, width: number, height: number) {
    this.#grid = grid;
    this.#pixels = new Pixels(width, height);
    this.image = new ImageData(this.#pixels.bytes, width, height);
  }

  fits({ left, top, ratio }: ColumnGrid, width: number, height: number): boolean {
    const { width: wide, height: high } = this.#pixels;
    return (
      left === this.#grid.left &&
      top === this.#grid.top &&
      ratio === this.#grid.ratio &&
      width === wide &&
      height === high
    );
  }

  clear([from, to]: Stripe): void {
    this.#pixels.clear(from, to);
  }

  /**
   * Series one after another; those that follow each other in one colour and look are one ink.
   * @param over the x of the stripe, with a pen's width more on either side
   */
  paint(plot: Plot, series: readonly Inked[], stripe: Stripe, over: Domain): void {
    for (let index = 0; index < series.length; ) {
      const first = series[index]!;
      const end = series.findIndex((one, at) => at > index && !sameInk(one, first));
      const together = series.slice(index, end < 0 ? series.length : end);
      for (const one of together) if (one.band) this.#interval(plot, one.band, one.colour, stripe, over);
      this.#curves(plot, together, stripe, over);
      index += together.length;
    }
  }

  #interval(plot: Plot, band: NonNullable<PlotSeries['band']>, colour: Colour, stripe: Stripe, over: Domain): void {
    const seen = visible(band, over);
    const columns = this.#cleared(0, stripe, 0);
    // What a log scale cannot hold lies below everything that it can.
    columns.add(band, seen, plot, this.#grid, 1, this.#pixels.height + 8);
    columns.add(band, seen, plot, this.#grid, 2);
    this.#pixels.paint([columns], stripe, 0, faded(colour, bandOpacity));
  }

  #curves(plot: Plot, series: readonly Inked[], stripe: Stripe, over: Domain): void {
    const { look, colour } = series[0]!;
    const width = widthOf(look) * this.#grid.ratio;
    const reach = Math.floor((width - 1) / 2);
    const spans = series.map(({ points }, index) => {
      const columns = this.#cleared(index, stripe, reach);
      columns.add(points, visible(points, over), plot, this.#grid);
      return widened(columns, ...stripe, reach);
    });
    this.#pixels.paint(spans, stripe, width / 2, faded(colour, opacityOf(look)));
  }

  #cleared(index: number, [from, to]: Stripe, reach: number): Columns {
    this.#columns[index] ??= new Columns(this.#pixels.width);
    const columns = this.#columns[index];
    columns.clear(Math.max(0, from - reach), Math.min(columns.count, to + reach));
    return columns;
  }
}

const sameInk = (a: Inked, b: Inked) => a.look === b.look && a.colour.join() === b.colour.join();
const faded = ([red, green, blue, alpha]: Colour, opacity: number): Colour => [
  red,
  green,
  blue,
  Math.round(alpha * opacity),
];
