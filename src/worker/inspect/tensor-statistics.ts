// Statistics and histogram of one tensor, on demand, piece by piece.
import type { TensorStatistics } from '../../shared/inspection.ts';
import { Scan } from './scan.ts';
import type { Weights } from './weights.ts';

/** @throws LabError 'checkpoint' for an unknown name or a tensor that is no numbers */
export async function tensorStatistics(weights: Weights, name: string, bins = 64): Promise<TensorStatistics> {
  const scan = new Scan();
  for await (const piece of weights.pieces(name)) scan.add(piece);
  const counts = new Float64Array(bins);
  const { minimum, maximum, finite } = scan;
  const width = (maximum - minimum) / bins;
  if (finite > 0) {
    for await (const piece of weights.pieces(name)) {
      scan.countOutliers(piece);
      for (const value of piece) {
        if (!Number.isFinite(value)) continue;
        counts[width > 0 ? Math.min(bins - 1, Math.floor((value - minimum) / width)) : 0]!++;
      }
    }
  }
  const { elements, nan, infinite, denormal, zero, outliers, norm, mean, deviation } = scan;
  const orNull = (value: number) => (finite > 0 ? value : null);
  const histogram = Array.from(counts, (count, bin) => ({
    from: minimum + bin * width,
    to: bin === bins - 1 ? maximum : minimum + (bin + 1) * width,
    count,
  }));
  return {
    name,
    elements,
    nan,
    infinite,
    denormal,
    zero,
    outliers,
    minimum: orNull(minimum),
    maximum: orNull(maximum),
    mean: orNull(mean),
    deviation: orNull(deviation),
    norm,
    histogram: finite === 0 ? [] : width > 0 ? histogram : [{ from: minimum, to: maximum, count: finite }],
  };
}
