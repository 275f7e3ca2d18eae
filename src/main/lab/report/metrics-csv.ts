// Every step of one segment as CSV with all digits: what a bundle carries of a run's curves.
import type { SegmentRow } from '../../../shared/records.ts';
import type { ReadOnlyStore } from '../../store/index.ts';
import { pointsOf } from '../comparison/curves.ts';

type Steps = Map<number, Map<string, number>>;

/** The segments of a run with their steps, each told once by the segment that made it. A fork's parent keeps its own. */
export function segmentSteps(store: Pick<ReadOnlyStore, 'metrics' | 'segments'>, run: string): Map<number, Steps> {
  const segments = store.segments.list(run);
  const steps = new Map<number, Steps>(segments.map(({ id }) => [id, new Map()]));
  const put = (segment: number, metric: string, step: number, value: number) => {
    const of = steps.get(segment)!;
    const values = of.get(step) ?? new Map<string, number>();
    values.set(metric, value);
    of.set(step, values);
  };
  for (const metric of store.metrics.names(run)) {
    for (const { step, value } of pointsOf(store.metrics.series(run, metric))) {
      const owner = segments.findLast((segment) => holds(segment, step));
      if (owner) put(owner.id, metric, step, value);
    }
    for (const { segment, series } of store.metrics.superseded(run, metric)) {
      if (!steps.has(segment)) continue;
      for (const { step, value } of pointsOf(series)) put(segment, metric, step, value);
    }
  }
  return steps;
}

const holds = ({ fromStep, lastStep }: SegmentRow, step: number) =>
  step > fromStep && lastStep !== null && step <= lastStep;

/** In ascending steps. */
export function stepsCsv(steps: Steps): string {
  const metrics = [...new Set([...steps.values()].flatMap((values) => [...values.keys()]))]
    .filter((metric) => metric !== 'step')
    .sort();
  const lines = [...steps]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => [step, ...metrics.map((metric) => values.get(metric) ?? '')].join(','));
  return `${[['step', ...metrics].join(','), ...lines].join('\n')}\n`;
}
