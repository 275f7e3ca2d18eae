// Fewer points for the same picture: of all points that share a pixel column, the first, the smallest, the largest and the
// last. What the eye would see of the whole curve stays; nothing is averaged and no spike is lost.

export type XY = readonly [x: number, y: number];

/** Points in ascending x, in pixels; as many as before where no column holds more than four. */
export function keepExtremes(points: readonly XY[]): XY[] {
  const kept: XY[] = [];
  for (let start = 0; start < points.length; ) {
    const column = Math.floor(points[start]![0]);
    let end = start;
    let [least, most] = [start, start];
    while (end < points.length && Math.floor(points[end]![0]) === column) {
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
