// What the store holds of a run up to a step: what its alerts are watched from when it goes on there.
import type { Point, ReadOnlyStore } from '../../store/index.ts';
import { windowSize } from './running-window.ts';
import type { Past } from './watch.ts';

export function pastOf(store: ReadOnlyStore, run: string, step: number): Past {
  if (step === 0) return { steps: [], evaluations: [], checkpoints: [] };
  const steps = { from: Math.max(1, step - windowSize + 1), to: step };
  const points = (metric: string): Point[] => {
    const series = store.metrics.series(run, metric, steps);
    return series.kind === 'points' ? series.points : [];
  };
  const norms = new Map(points('gradientNorm').map((point) => [point.step, point.value]));
  return {
    steps: points('crossEntropy').map((point) => ({
      step: point.step,
      crossEntropy: point.value,
      gradientNorm: norms.get(point.step) ?? Number.NaN,
    })),
    evaluations: store.evaluations
      .list(run)
      .map(({ evaluation }) => evaluation)
      .filter((evaluation) => evaluation.step <= step),
    checkpoints: store.checkpoints
      .list(run)
      .map((checkpoint) => checkpoint.step)
      .filter((checkpoint) => checkpoint <= step),
  };
}
