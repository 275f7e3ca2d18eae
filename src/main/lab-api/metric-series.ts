// Metrics as columns of numbers, which cross to a page without a copy of each point.
import type { MetricSeries } from '../../shared/api.ts';
import { interpolator, pointsOf } from '../lab/comparison/curves.ts';
import type { ReadOnlyStore, SeriesOptions } from '../store/index.ts';

/** @throws LabError 'not-found' for a run that is not there; an unknown metric is an empty curve */
export function metricSeries(
  store: Pick<ReadOnlyStore, 'metrics'>,
  run: string,
  metrics: readonly string[],
  options: SeriesOptions,
): MetricSeries[] {
  const read = (metric: string) => store.metrics.series(run, metric, options);
  const axes = { tokens: pointsOf(read('tokens')), seconds: pointsOf(read('seconds')) };
  return metrics.map((metric) => {
    const series = read(metric);
    const points = pointsOf(series);
    const along = (axis: keyof typeof axes) => {
      const at = interpolator(axes[axis]);
      return Float64Array.from(points, ({ step }) => at(step));
    };
    return {
      run,
      metric,
      width: series.kind === 'points' ? 1 : series.width,
      steps: Float64Array.from(points, ({ step }) => step),
      tokens: along('tokens'),
      seconds: along('seconds'),
      values: Float64Array.from(points, ({ value }) => value),
    };
  });
}
