// A metric of a run as a drawable curve, with its other x-axes beside it. Where the store sums up many steps in buckets,
// each gives its first, smallest, largest and last value: no extreme is lost.
import type { CurvePoint } from '../../../shared/comparison.ts';
import type { Bucket, Point, ReadOnlyStore, Series } from '../../store/index.ts';

export type { CurvePoint } from '../../../shared/comparison.ts';

type Read = Pick<ReadOnlyStore, 'metrics'>;

export function curveOf(store: Read, run: string, metric: string, resolution: number): CurvePoint[] {
  const read = (name: string) => pointsOf(store.metrics.series(run, name, { resolution }));
  const [tokens, seconds] = [interpolator(read('tokens')), interpolator(read('seconds'))];
  return read(metric).map(({ step, value }) => ({ step, value, tokens: tokens(step), seconds: seconds(step) }));
}

export function pointsOf(series: Series): Point[] {
  return series.kind === 'points' ? series.points : series.buckets.flatMap(bucketPoints);
}

function bucketPoints({ first, last, min, max, firstNotFinite }: Bucket): Point[] {
  const points = [first, last, min, max, firstNotFinite].filter((point) => point !== null);
  const steps = [...new Set(points.map(({ step }) => step))].sort((a, b) => a - b);
  return steps.map((step) => points.find((point) => point.step === step)!);
}

/** Straight lines between known points; the first and last value outside of them. */
export function interpolator(points: readonly Point[]): (step: number) => number {
  let index = 0;
  return (step) => {
    if (points.length === 0) return Number.NaN;
    if (points[index]!.step > step) index = 0;
    while (index + 1 < points.length && points[index + 1]!.step <= step) index += 1;
    const [before, after] = [points[index]!, points[index + 1]];
    if (!after || step <= before.step) return before.value;
    return before.value + ((after.value - before.value) * (step - before.step)) / (after.step - before.step);
  };
}
