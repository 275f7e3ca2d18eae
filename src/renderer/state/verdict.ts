// What an experiment says so far, in a line for each objective: how low the validation loss is, over how many seeds, and how
// many tokens its runs need to reach the loss of the baseline's. Pure; it concludes nothing.
import type { ComparedRun } from '../../shared/comparison.ts';
import type { ColourKey } from '../../shared/config/objectives.ts';
import type { Trained } from '../../shared/course.ts';
import type { LossRecord } from '../../shared/records.ts';
import { type EqualLoss, type LossPoint, speedUpToEqualLoss } from '../../shared/speed-up/index.ts';
import { baselineOf, meanInterval, pairKey, pairsOf, settled as settledOf } from '../../shared/statistics/index.ts';
import type { RunStart } from '../../shared/worker-messages.ts';

export interface ObjectiveVerdict {
  key: string;
  label: string;
  colour: ColourKey;
  /** Runs that it is of, and whether they are finished: numbers of others still change and are of different steps. */
  runs: number;
  finished: boolean;
  loss: { mean: number; half: number | null };
  perplexity: { mean: number; half: number | null };
  /** Against the baseline; null for the baseline itself or where there is none. */
  speedUp: SpeedUp | null;
}

export type SpeedUp =
  /** Tokens as a share of the baseline's, mean over pairs of runs, and its interval over them where they are pairs of a seed. */
  | { reached: true; ratio: number; half: number | null; pairs: number }
  | { reached: false; pairs: number; missed: number };

export interface MeasuredRun {
  id: string;
  objectiveKey: string;
  label: string;
  colour: ColourKey;
  /** Equal for the two runs of a pair. */
  seed: string;
  points: readonly LossPoint[];
  perplexity: number;
  finished: boolean;
}

/** Null before its first evaluation. */
export function measuredRun(
  run: Pick<ComparedRun, 'id' | 'objectiveKey' | 'objective' | 'colour' | 'status' | keyof Trained> & {
    start: Pick<RunStart, 'dataHash'> | null;
  },
  evaluations: readonly LossRecord[],
): MeasuredRun | null {
  const last = evaluations.at(-1);
  if (!last) return null;
  return {
    id: run.id,
    objectiveKey: run.objectiveKey,
    label: run.objective,
    colour: run.colour,
    seed: pairKey(run),
    points: evaluations,
    perplexity: last.perplexity,
    finished: run.status === 'completed',
  };
}

export const seedOf = ({ init, data }: { init: number; data: number }): string =>
  init === data ? String(init) : `${init} / ${data}`;

/** The objective that others are measured against. */
export const baselineKey = (runs: readonly { objectiveKey: string }[]): string | null =>
  baselineOf(runs)?.objectiveKey ?? null;

/** Best first. */
export function verdicts(runs: readonly MeasuredRun[], baseline = baselineKey(runs)): ObjectiveVerdict[] {
  const all = Map.groupBy(runs, ({ objectiveKey }) => objectiveKey);
  const groups = new Map([...all].map(([key, group]) => [key, settled(group)]));
  const slower = baseline === null ? [] : (groups.get(baseline) ?? []);
  const lines = [...groups].map(([key, group]) => ({
    key,
    label: group[0]!.label,
    colour: group[0]!.colour,
    runs: group.length,
    finished: group.every(({ finished }) => finished),
    loss: meanInterval(group.map(({ points }) => newest(points))),
    perplexity: meanInterval(group.map(({ perplexity }) => perplexity)),
    speedUp: key === baseline ? null : speedUp(slower, group),
  }));
  return lines.sort((a, b) => a.loss.mean - b.loss.mean);
}

export const settled = <Run extends { finished: boolean; points: readonly LossPoint[] }>(runs: readonly Run[]): Run[] =>
  settledOf(
    runs,
    ({ finished }) => finished,
    ({ points }) => points.at(-1)?.tokens ?? 0,
  );

const newest = (points: readonly LossPoint[]) => points.at(-1)?.loss ?? Number.NaN;

/** Pairs of one seed where there are such; else every run against every other, of which no interval can be told. */
export function speedUp(slower: readonly MeasuredRun[], faster: readonly MeasuredRun[]): SpeedUp | null {
  const same = pairsOf(faster, slower, ({ seed }) => seed);
  const pairs = same.length > 0 ? same : faster.flatMap((fast) => slower.map((slow) => [fast, slow] as const));
  const results = pairs
    .map(([fast, slow]) => speedUpToEqualLoss(slow.points, fast.points))
    .filter((result): result is EqualLoss => result !== null);
  if (results.length === 0) return null;
  const ratios = results.flatMap((result) => (result.reached ? [result.tokenRatio] : []));
  const missed = results.length - ratios.length;
  if (missed > 0) return { reached: false, pairs: results.length, missed };
  const { mean, half } = meanInterval(ratios);
  return { reached: true, ratio: mean, half: same.length > 0 ? half : null, pairs: results.length };
}
