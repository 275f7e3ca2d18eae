// Runs side by side: the numbers of a table, the curves, speed-up to equal loss between every two, whether they started
// equal, in what they differ, and what may be said of chance. Plain data; it draws nothing.
import {
  type ComparedRun,
  type Comparison,
  type CurveName,
  type CurvePoint,
  curveNames,
} from '../../../shared/comparison.ts';
import type { ColourKey } from '../../../shared/config/index.ts';
import { courseOf, objectiveOf } from '../../../shared/course.ts';
import { LabError } from '../../../shared/errors.ts';
import { speedUpCurve, speedUpToEqualLoss } from '../../../shared/speed-up/index.ts';
import { isDamage, type ReadOnlyStore, soundRun } from '../../store/index.ts';
import { configurationDifferences } from './configuration-differences.ts';
import { curveOf } from './curves.ts';
import { equalStart } from './equal-start.ts';
import { summaryOf } from './measures.ts';
import { comparisonStatistics } from './statistics.ts';

export type { ComparedRun, Comparison, CurveName } from '../../../shared/comparison.ts';
export { curveNames } from '../../../shared/comparison.ts';

export interface CompareOptions {
  /** Most points or buckets of a curve. */
  resolution?: number;
  /** Those of `speedUps`, a point for every loss that two runs reach, between every two; there when left out. */
  speedUpCurves?: boolean;
}

/** In the order given. @throws LabError 'not-found', or 'request' without a run */
export function compare(
  store: ReadOnlyStore,
  ids: readonly string[],
  { resolution = 1000, speedUpCurves = true }: CompareOptions = {},
): Comparison {
  if (ids.length === 0)
    throw new LabError('request', 'There is nothing to compare.', { remedy: 'Name at least one run.' });
  const shades = new Map<ColourKey, number>();
  const leftOut: string[] = [];
  const runs = [...new Set(ids)].flatMap((id) => {
    const run = unlessDamaged(store, id, resolution, leftOut);
    if (run === null) return [];
    run.shade = shades.get(run.colour) ?? 0;
    shades.set(run.colour, run.shade + 1);
    return [run];
  });
  if (runs.length === 0) {
    throw new LabError('store', leftOut.join(' '), { remedy: 'Restore the database from a backup.' });
  }
  for (const run of runs) {
    run.speedUps = runs
      .filter((other) => other !== run)
      .map((other) => ({
        baseline: other.id,
        equalLoss: speedUpToEqualLoss(other.evaluations, run.evaluations),
        curve: speedUpCurves ? speedUpCurve(other.evaluations, run.evaluations) : [],
      }));
  }
  const hashes = new Set(runs.map(({ id }) => store.runs.get(id).corpusHash));
  return {
    runs,
    corpora: store.corpora
      .list()
      .map(({ description }) => description)
      .filter(({ hash }) => hashes.delete(hash)),
    equalStart: equalStart(runs),
    differences: configurationDifferences(runs.map(({ configuration }) => configuration)),
    statistics: comparisonStatistics(runs),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/** Null for one that cannot be read; then a sentence says so, and the others are compared without it. */
function unlessDamaged(store: ReadOnlyStore, id: string, resolution: number, leftOut: string[]): ComparedRun | null {
  try {
    return comparedRun(store, id, resolution);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    leftOut.push(`The run ${id} is left out. ${thrown.message}`);
  }
  return null;
}

function comparedRun(store: ReadOnlyStore, id: string, resolution: number): ComparedRun {
  const run = soundRun(store, id);
  const { name, experiment, status, message, configuration } = run;
  const course = courseOf(run, (origin) => soundRun(store, origin));
  const objective = objectiveOf({ configuration, course });
  const evaluations = store.evaluations.list(id).map(({ evaluation }) => evaluation);
  const last = evaluations.at(-1);
  const steps = store.metrics.last(id);
  return {
    id,
    name,
    experiment: store.experiments.get(experiment).name,
    status,
    message,
    configuration,
    course,
    objective: objective.label,
    objectiveKey: objective.key,
    colour: objective.colour,
    shade: 0,
    start: store.segments.list(id)[0]?.start ?? null,
    final: last ? summaryOf(last) : null,
    progress: steps && {
      step: steps.step,
      tokens: steps.tokens,
      seconds: steps.seconds,
      tokensPerSecond: steps.tokens / steps.seconds,
    },
    speedUps: [],
    evaluations,
    curves: Object.fromEntries(curveNames.map((curve) => [curve, curveOf(store, id, curve, resolution)])) as Record<
      CurveName,
      CurvePoint[]
    >,
  };
}
