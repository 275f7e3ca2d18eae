// A curve as what it covers of each pixel column: from the topmost to the lowest point of its polyline there. However many
// points share a column none of its extremes is lost, and as many columns are left as there are pixels.
import type { Axis } from './axis.ts';
import type { Place } from './plot.ts';

/** Where columns lie: column 0 begins at pixel `left`, row 0 at pixel `top`, and `ratio` columns make a pixel of the plot. */
export interface ColumnGrid {
  left: number;
  top: number;
  ratio: number;
}

type Line = Axis['line'];

export class Columns {
  readonly count: number;
  /** In rows, downwards, of the columns 0..count - 1; high < low where the curve is not. */
  readonly low: Float32Array;
  readonly high: Float32Array;

  constructor(count: number) {
    this.count = count;
    this.low = new Float32Array(count).fill(Number.POSITIVE_INFINITY);
    this.high = new Float32Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  /** Forgets the columns from..to - 1. */
  clear(from: number, to: number): void {
    this.low.fill(Number.POSITIVE_INFINITY, from, to);
    this.high.fill(Number.NEGATIVE_INFINITY, from, to);
  }

  /**
   * The points [start, end) joined by straight lines.
   * @param place of the value in a point: 2 for the upper end of an interval
   * @param instead the row of a value that the axis cannot hold; without it there is a gap
   */
  add(
    points: readonly Place[],
    [start, end]: readonly [start: number, end: number],
    axes: { x: Axis; y: Axis },
    grid: ColumnGrid,
    place = 1,
    instead = Number.NaN,
  ): void {
    const { ratio } = grid;
    const [x, y] = [inGrid(axes.x.line, grid.left, ratio), inGrid(axes.y.line, grid.top, ratio)];
    let [beforeX, beforeY] = [Number.NaN, Number.NaN];
    for (let index = start; index < end; index += 1) {
      const point = points[index]!;
      const px = x.slope * (x.log ? Math.log(point[0]) : point[0]) + x.shift;
      const held = y.slope * (y.log ? Math.log(point[place]!) : point[place]!) + y.shift;
      const py = Number.isFinite(held) ? held : instead;
      if (!(Number.isFinite(px) && Number.isFinite(py))) {
        beforeX = Number.NaN;
        continue;
      }
      const column = Math.floor(px);
      if (Number.isNaN(beforeX)) this.#take(column, py);
      else this.#join(beforeX, beforeY, px, py, column);
      beforeX = px;
      beforeY = py;
    }
  }

  /** What lies between two points, and the second one. */
  #join(beforeX: number, beforeY: number, px: number, py: number, column: number): void {
    const before = Math.floor(beforeX);
    if (column !== before) {
      const slope = (py - beforeY) / (px - beforeX);
      for (let edge = Math.max(0, before + 1); edge <= Math.min(column, this.count); edge += 1) {
        const at = beforeY + slope * (edge - beforeX);
        this.#take(edge - 1, at);
        this.#take(edge, at);
      }
    }
    this.#take(column, py);
  }

  #take(column: number, row: number): void {
    if (column < 0 || column >= this.count) return;
    if (row < this.low[column]!) this.low[column] = row;
    if (row > this.high[column]!) this.high[column] = row;
  }
}

/** An axis' line in columns or rows of a grid. */
export function inGrid({ slope, shift, log }: Line, origin: number, ratio: number): Line {
  return { slope: slope * ratio, shift: (shift - origin) * ratio, log };
}

/** Each column with what is less than a pen's width beside it; reads a column before `from` and after `to` for each of `reach`. */
export function widened(
  { low, high, count }: Columns,
  from: number,
  to: number,
  reach: number,
): Pick<Columns, 'low' | 'high'> {
  if (reach === 0) return { low, high };
  const wide = { low: low.slice(), high: high.slice() };
  for (let column = from; column < to; column += 1) {
    for (let beside = Math.max(0, column - reach); beside <= Math.min(count - 1, column + reach); beside += 1) {
      if (low[beside]! < wide.low[column]!) wide.low[column] = low[beside]!;
      if (high[beside]! > wide.high[column]!) wide.high[column] = high[beside]!;
    }
  }
  return wide;
}
