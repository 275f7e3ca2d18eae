// A running mean that forgets: each earlier value counts half as much for every half-life that x has gone on since.
import type { XY } from './extremes.ts';

/**
 * Exponentially weighted mean up to each point, free of a bias towards the first: with a half-life of 0 the points
 * themselves. It depends on distances in x and not on how many points lie there. A value that is not finite shows as it
 * is and counts for nothing.
 */
export function smoothed(points: readonly XY[], halfLife: number): readonly XY[] {
  if (!(halfLife > 0)) return points;
  let [sum, weight, before] = [0, 0, points[0]?.[0] ?? 0];
  return points.map(([x, y]) => {
    const decay = 2 ** ((before - x) / halfLife);
    before = x;
    sum *= decay;
    weight *= decay;
    if (!Number.isFinite(y)) return [x, y] as const;
    sum += y;
    weight += 1;
    return [x, sum / weight] as const;
  });
}
