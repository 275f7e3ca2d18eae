// What an experiment says so far, in a line for each objective: how low the validation loss is, over how many seeds, and how
// many tokens its runs need to reach the loss of the baseline's. Pure; it concludes nothing.
import { meanInterval } from '../../charts/seed-mean.ts';
import type { ComparedRun } from '../../shared/comparison.ts';
import type { ColourKey } from '../../shared/config/objectives.ts';
import { type EqualLoss, type LossPoint, speedUpToEqualLoss } from '../../shared/speed-up.ts';

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
  /** Tokens as a share of the baseline's, mean over pairs of runs, and its interval over them. */
  | { reached: true; ratio: number; half: number | null; pairs: number }
  | { reached: false; pairs: number; missed: number };

export interface MeasuredRun {
  id: string;
  objectiveKey: string;
  label: string;
  colour: ColourKey;
  seed: string;
  points: readonly LossPoint[];
  perplexity: number;
  finished: boolean;
}

export function measuredRuns(runs: readonly ComparedRun[]): MeasuredRun[] {
  return runs.flatMap((run) => {
    if (!run.final) return [];
    const dense = run.configuration.model.kind === 'dense';
    return [
      {
        id: run.id,
        objectiveKey: dense ? 'dense' : run.objectiveKey,
        label: run.objective,
        colour: run.colour,
        seed: seedOf(run.configuration.seeds),
        points: run.evaluations,
        perplexity: run.final.perplexity,
        finished: run.status === 'completed',
      },
    ];
  });
}

export const seedOf = ({ init, data }: { init: number; data: number }): string =>
  init === data ? String(init) : `${init} / ${data}`;

/** The objective that others are measured against: LBL, else none, else the first. */
export function baselineKey(runs: readonly { objectiveKey: string }[]): string | null {
  const keys = runs.map(({ objectiveKey }) => objectiveKey);
  return keys.find((key) => key.startsWith('lbl-')) ?? keys.find((key) => key === 'none') ?? keys[0] ?? null;
}

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

/** The finished runs where there are some; else the one that is furthest, since a mean of different steps means nothing. */
export function settled<Run extends { finished: boolean; points: readonly LossPoint[] }>(runs: readonly Run[]): Run[] {
  const finished = runs.filter((run) => run.finished);
  if (finished.length > 0) return finished;
  const tokens = ({ points }: Run) => points.at(-1)?.tokens ?? 0;
  return runs.toSorted((a, b) => tokens(b) - tokens(a)).slice(0, 1);
}

const newest = (points: readonly LossPoint[]) => points.at(-1)?.loss ?? Number.NaN;

/** Pairs of one seed where there are such; else every run against every other. */
export function speedUp(slower: readonly MeasuredRun[], faster: readonly MeasuredRun[]): SpeedUp | null {
  const same = faster.flatMap((fast) => {
    const slow = slower.find(({ seed }) => seed === fast.seed);
    return slow ? [[slow, fast] as const] : [];
  });
  const pairs = same.length > 0 ? same : faster.flatMap((fast) => slower.map((slow) => [slow, fast] as const));
  const results = pairs
    .map(([slow, fast]) => speedUpToEqualLoss(slow.points, fast.points))
    .filter((result): result is EqualLoss => result !== null);
  if (results.length === 0) return null;
  const ratios = results.flatMap((result) => (result.reached ? [result.tokenRatio] : []));
  const missed = results.length - ratios.length;
  if (missed > 0) return { reached: false, pairs: results.length, missed };
  const { mean, half } = meanInterval(ratios);
  return { reached: true, ratio: mean, half, pairs: results.length };
}
