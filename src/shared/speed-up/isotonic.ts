// Evaluations without their luck: the falling curve nearest to them in squares, by pooling adjacent violators (Ayer et al., An
// Empirical Distribution Function for Sampling with Incomplete Information, 1955). Chosen over a running mean because it has no
// width to be chosen, leaves a curve that falls as it is and cannot rise; and over the running minimum, which is what "first
// reached" means on raw evaluations but counts a run's luckiest dip as its loss, so that the noisier run looks faster.
import type { LossPoint } from './equal-loss.ts';

/** How evaluations are read: as measured (running minimum), or as the nearest falling curve. */
export const lossReadings = ['raw', 'isotonic'] as const;
export type LossReading = (typeof lossReadings)[number];

export const lossReadingNames: Readonly<Record<LossReading, string>> = {
  raw: 'raw (running minimum)',
  isotonic: 'smoothed (isotonic regression)',
};

/** In ascending tokens, each point with its fitted loss; points with a loss that is not finite are left out. */
export function isotonic<Point extends LossPoint>(points: readonly Point[]): Point[] {
  const ordered = points.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.tokens - b.tokens);
  const blocks: { sum: number; count: number }[] = [];
  for (const { loss } of ordered) {
    let block = { sum: loss, count: 1 };
    for (let before = blocks.at(-1); before && level(before) < level(block); before = blocks.at(-1)) {
      block = { sum: before.sum + block.sum, count: before.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const losses = blocks.flatMap((block) => Array.from({ length: block.count }, () => level(block)));
  return ordered.map((point, index) => ({ ...point, loss: losses[index]! }));
}

const level = ({ sum, count }: { sum: number; count: number }) => sum / count;

/** Points with a loss that is not finite are left out. */
export const readLosses = (points: readonly LossPoint[], reading: LossReading): readonly LossPoint[] =>
  reading === 'isotonic' ? isotonic(points) : points.filter(({ loss }) => Number.isFinite(loss));
