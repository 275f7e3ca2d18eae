// The Pareto front: what nothing else is as good as in one respect and better than in the other. Pure.

export type Better = 'lower' | 'higher';

/** In ascending x. Of equals the first stays. */
export function paretoFront<Point extends { x: number; y: number }>(
  points: readonly Point[],
  better: { x: Better; y: Better },
): Point[] {
  const [alongX, alongY] = [better.x === 'lower' ? 1 : -1, better.y === 'lower' ? 1 : -1];
  const held = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const bestFirst = held.toSorted((a, b) => alongX * (a.x - b.x) || alongY * (a.y - b.y));
  let best = Number.POSITIVE_INFINITY;
  const front = bestFirst.filter(({ y }) => {
    if (alongY * y >= best) return false;
    best = alongY * y;
    return true;
  });
  return front.sort((a, b) => a.x - b.x);
}
