// A run's numbers for other programs: CSV with a row for each step, JSON with everything.

import { csvLine } from '../../charts/csv.ts';
import { objectiveText } from '../../shared/config/index.ts';
import type { ReadOnlyStore } from '../store/index.ts';
import { type Summary, summaryOf } from './comparison/measures.ts';

/** Of the evaluation at a step, where there was one. */
const evaluationColumns: Record<string, (summary: Summary) => number | null | undefined> = {
  'validation.loss': ({ loss }) => loss,
  'validation.perplexity': ({ perplexity }) => perplexity,
  'validation.uniqueExperts': ({ routing }) => routing?.uniqueExperts,
  'validation.maxViolation': ({ routing }) => routing?.maxViolation,
  'validation.orthogonality': ({ routing }) => routing?.orthogonality,
  'validation.minimumSimilarity': ({ minimumSimilarity }) => minimumSimilarity,
};

/** RFC 4180, in parts. Every stored point is there; a number has all its digits. */
export function* runCsv(store: ReadOnlyStore, id: string): Generator<string> {
  const { name, configuration } = store.runs.get(id);
  const metrics = [
    'tokens',
    'seconds',
    ...store.metrics.names(id).filter((metric) => !['tokens', 'seconds', 'step'].includes(metric)),
  ];
  const series = metrics.map((metric) => store.metrics.series(id, metric));
  const points = series.map(
    (one) => new Map(one.kind === 'points' ? one.points.map(({ step, value }) => [step, value]) : []),
  );
  const evaluations = new Map(
    store.evaluations.list(id).map(({ evaluation }) => [evaluation.step, summaryOf(evaluation)] as const),
  );
  const steps = [...new Set([...evaluations.keys(), ...points.flatMap((column) => [...column.keys()])])].sort(
    (a, b) => a - b,
  );
  yield csvLine(['run', 'name', 'objective', 'step', ...metrics, ...Object.keys(evaluationColumns)]);
  for (const step of steps) {
    const evaluation = evaluations.get(step);
    const trained = points.map((column, index) => column.get(step) ?? atEvaluation(metrics[index]!, evaluation));
    const evaluated = Object.values(evaluationColumns).map((read) => evaluation && read(evaluation));
    yield csvLine([id, name, objectiveText(configuration.objective), step, ...trained, ...evaluated]);
  }
}

/** Step 0 is evaluated and not trained: its tokens and seconds are the evaluation's. */
function atEvaluation(metric: string, evaluation: Summary | undefined): number | undefined {
  return metric === 'tokens' || metric === 'seconds' ? evaluation?.[metric] : undefined;
}

export function runJson(store: ReadOnlyStore, id: string): object {
  const run = store.runs.get(id);
  return {
    ...run,
    segments: store.segments.list(id),
    checkpoints: store.checkpoints.list(id),
    events: store.events.list(id),
    evaluations: store.evaluations.list(id).map(({ evaluation }) => evaluation),
    metrics: Object.fromEntries(store.metrics.names(id).map((metric) => [metric, store.metrics.series(id, metric)])),
  };
}
