// A curve's pixels one after another, without a list of them: of the points that share a pixel column the first, the smallest,
// the largest and the last, as keepExtremes has it. For drawing many times a second.
import type { XY } from './extremes.ts';

export interface Trace {
  /** Where a point lies. */
  x: (value: number) => number;
  y: (value: number) => number;
  /** Whether it can be drawn; where not, the curve has a gap. */
  holds: (point: XY) => boolean;
  /** The next pixel of the curve; `first` after a gap. */
  to: (x: number, y: number, first: boolean) => void;
}

/** The points [start, end), in ascending x. */
export function trace(points: readonly XY[], start: number, end: number, { x, y, holds, to }: Trace): void {
  let column = Number.NaN;
  let first = true;
  // Of the column: places in it, from 0, of its extremes and how many there are; and where they lie.
  let [count, least, most] = [0, 0, 0];
  let [leastX, leastY, mostX, mostY, lastX, lastY] = [0, 0, 0, 0, 0, 0];

  /** What the column has beside its first point, in its order. */
  const finish = () => {
    if (count < 2) return;
    if (least < most) {
      if (least > 0) to(leastX, leastY, false);
      to(mostX, mostY, false);
    } else {
      if (most > 0) to(mostX, mostY, false);
      if (least > 0) to(leastX, leastY, false);
    }
    if (least < count - 1 && most < count - 1) to(lastX, lastY, false);
    count = 0;
  };

  for (let index = start; index < end; index += 1) {
    const point = points[index]!;
    if (!holds(point)) {
      finish();
      column = Number.NaN;
      count = 0;
      first = true;
      continue;
    }
    const [px, py] = [x(point[0]), y(point[1])];
    const here = Math.floor(px);
    if (here !== column) {
      finish();
      to(px, py, first);
      first = false;
      column = here;
      [count, least, most] = [1, 0, 0];
      leastX = mostX = px;
      leastY = mostY = py;
    } else {
      if (py < leastY) {
        least = count;
        leastX = px;
        leastY = py;
      }
      if (py > mostY) {
        most = count;
        mostX = px;
        mostY = py;
      }
      count += 1;
    }
    lastX = px;
    lastY = py;
  }
  finish();
}
