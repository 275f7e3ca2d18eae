// Which runs make a pair: the same seeds, the same data in the same order, and one configuration but for the objective and the
// start of the routers, which belongs to it. Engines agree and do not count, nor do names.

import type { RunConfiguration } from '../config/schema.ts';
import { configurationKey, haveOtherSeeds, type Trained } from '../course.ts';
import type { RunStatus } from '../records.ts';
import type { Evaluation, RunStart } from '../worker-messages.ts';

/** What is compared of a run; a ComparedRun is one. */
export interface ObservedRun extends Trained {
  id: string;
  status: RunStatus;
  start: Pick<RunStart, 'dataHash'> | null;
  /** In ascending steps. */
  evaluations: readonly Evaluation[];
}

/** Runs that differ in their seeds alone, or that are taken together by whoever compares. */
export interface SeedGroup<Run = ObservedRun> {
  key: string;
  label: string;
  runs: readonly Run[];
}

/** Equal for runs that differ in nothing but seeds, names and engine, and were forked alike. One whose seeds changed is alone. */
export function groupKey({ configuration, course }: Trained): string {
  const changed = course.some((leg) => haveOtherSeeds(leg.configuration, configuration));
  return JSON.stringify([
    configurationKey(configuration),
    course.map(({ until, configuration: leg }) => [until, configurationKey(leg), changed && leg.seeds]),
    changed && configuration.seeds,
  ]);
}

/** Equal for the two runs of a pair. When its objective changed belongs to a run's objective. */
export function pairKey({ configuration, course, start }: Pick<ObservedRun, keyof Trained | 'start'>): string {
  const own = unbalancedKey(configuration);
  const past = course
    .map(({ until, configuration }) => [until, unbalancedKey(configuration)] as const)
    .filter(([, key], at, legs) => key !== (legs[at + 1]?.[1] ?? own));
  return JSON.stringify([own, past, start?.dataHash]);
}

function unbalancedKey(configuration: RunConfiguration): string {
  const { routerInit: _routerInit, ...shape } = configuration.model;
  const unbalanced = configurationKey({ ...configuration, objective: [], model: shape as typeof configuration.model });
  return JSON.stringify([unbalanced, configuration.seeds]);
}

/** A seed trained several times counts once: again from the same start says nothing of chance. In the order of `runs`. */
export function pairsOf<A, B>(
  runs: readonly A[],
  baseline: readonly B[],
  keyOf: (run: A | B) => string,
): [run: A, baseline: B][] {
  const others = new Map(baseline.toReversed().map((run) => [keyOf(run), run]));
  const pairs: [A, B][] = [];
  for (const run of runs) {
    const other = others.get(keyOf(run));
    if (other && others.delete(keyOf(run))) pairs.push([run, other]);
  }
  return pairs;
}

/**
 * Runs that differ in their seeds alone, in the order in which they come. One trained again from the same seeds begins a
 * group of its own.
 */
export function seedGroups<Run extends Trained>(runs: readonly Run[]): Run[][] {
  const times = new Map<string, number>();
  const keyOf = (run: Run) => {
    const key = groupKey(run);
    const same = `${key} ${JSON.stringify(run.configuration.seeds)}`;
    times.set(same, (times.get(same) ?? 0) + 1);
    return `${times.get(same)} ${key}`;
  };
  return [...Map.groupBy(runs, keyOf).values()];
}

/** The complete runs where there are some; else the one that is furthest, since a mean of different steps means nothing. */
export function settled<Run>(
  runs: readonly Run[],
  isComplete: (run: Run) => boolean,
  progress: (run: Run) => number,
): Run[] {
  const complete = runs.filter(isComplete);
  return complete.length > 0 ? complete : runs.toSorted((a, b) => progress(b) - progress(a)).slice(0, 1);
}

/** The pairs of two complete runs where there are some; else all, of which nothing is final. */
export function settledPairs<Run extends Pick<ObservedRun, 'status'>>(
  pairs: readonly [Run, Run][],
): {
  pairs: readonly [Run, Run][];
  finished: boolean;
} {
  const complete = pairs.filter((pair) => pair.every(({ status }) => status === 'completed'));
  return complete.length > 0 ? { pairs: complete, finished: true } : { pairs, finished: false };
}

/** What others are measured against: LBL, else no balancing, else the first; undefined without any. */
export function baselineOf<Item extends { objectiveKey: string }>(items: readonly Item[]): Item | undefined {
  const found = items.find(({ objectiveKey }) => objectiveKey.startsWith('lbl-'));
  return found ?? items.find(({ objectiveKey }) => objectiveKey === 'none') ?? items[0];
}
