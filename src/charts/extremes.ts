// Fewer points for the same picture: of all points that share a pixel column, the first, the smallest, the largest and the
// last. What the eye would see of the whole curve stays; nothing is averaged and no spike is lost.

export type XY = readonly [x: number, y: number];

/**
 * Points in ascending x; as many as before where no column holds more than four.
 * @param columnOf the pixel column of a point; for points in pixels, the whole part of x
 */
export function keepExtremes(points: readonly XY[], columnOf = ([x]: XY): number => Math.floor(x)): XY[] {
  const kept: XY[] = [];
  for (let start = 0; start < points.length; ) {
    const column = columnOf(points[start]!);
    let end = start;
    let [least, most] = [start, start];
    while (end < points.length && columnOf(points[end]!) === column) {
      if (points[end]![1] < points[least]![1]) least = end;
      if (points[end]![1] > points[most]![1]) most = end;
      end += 1;
    }
    const indices = new Set([start, least, most, end - 1]);
    kept.push(...[...indices].sort((a, b) => a - b).map((index) => points[index]!));
    start = end;
  }
  return kept;
}
