// Metrics as columns of numbers, which cross to a page without a copy of each point.
import type { MetricSeries } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import { interpolator, pointsOf } from '../lab/comparison/curves.ts';
import type { ReadOnlyStore, SeriesOptions } from '../store/index.ts';

/** Points of one answer: each has its step, tokens, seconds and value, and more would be more than a connection holds. */
const mostPoints = 4_000_000;

/** @throws LabError 'not-found' for a run that is not there, 'request' for more points than one answer has */
export function manySeries(
  store: Pick<ReadOnlyStore, 'metrics'>,
  runs: readonly string[],
  { metrics, ...options }: SeriesOptions & { metrics: readonly string[] },
  most = mostPoints,
): MetricSeries[] {
  const found: MetricSeries[] = [];
  let points = 0;
  for (const run of runs) {
    const series = metricSeries(store, run, metrics, options);
    points += series.reduce((sum, { steps }) => sum + steps.length, 0);
    if (points > most) {
      throw new LabError('request', `These curves have more than ${most} points, and one answer has no more.`, {
        field: 'resolution',
        remedy: 'Ask for fewer runs or metrics at once, or name a resolution.',
      });
    }
    found.push(...series);
  }
  return found;
}

/** @throws LabError 'not-found' for a run that is not there; an unknown metric is an empty curve */
function metricSeries(
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
