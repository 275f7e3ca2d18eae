// Groups of runs against one of them, paired by seed: the one place from which the command line, reports and the page take
// whether there is a difference.
import type { Evaluation } from '../worker-messages.ts';
import { bootstrapInterval } from './bootstrap.ts';
import { holm } from './holm.ts';
import type { Interval } from './interval.ts';
import { type PairedDifference, pairedDifference } from './paired-difference.ts';
import { type ObservedRun, pairKey, pairsOf, type SeedGroup, settledPairs } from './pairs.ts';
import { correctionSentence, pairedSentence } from './sentences.ts';

/** A number of an evaluation, and which way is good. */
export interface ComparedMeasure {
  /** Of its measure card. */
  key: string;
  /** After a number: 'nats'; '' where there is none. */
  unit: string;
  better: 'lower' | 'higher' | 'neither';
  /** Null where an evaluation does not have it. */
  read: (evaluation: Evaluation) => number | null;
}

export const lossMeasure: ComparedMeasure = { key: 'loss', unit: 'nats', better: 'lower', read: ({ loss }) => loss };

export interface RunPair {
  run: string;
  baseline: string;
  seeds: { init: number; data: number };
  /** At which both were measured. */
  step: number;
  /** Run − baseline. */
  difference: number;
}

export interface PairedComparison {
  /** Keys of the groups. */
  group: string;
  baseline: string;
  pairs: RunPair[];
  /** Null where no seed makes a pair, or none was measured for both. */
  difference: PairedDifference | null;
  /** Of the mean difference; null where it was not asked for or there are fewer than two pairs. */
  bootstrap: Interval | null;
  /** P-value after Holm's correction for all comparisons made; null where there is none. */
  holm: number | null;
  /** False where no pair is complete: then at the newest step that all pairs have in common. */
  finished: boolean;
  sentence: string;
}

export interface PairedStatistics {
  measure: string;
  /** Key of the group that the others are compared with. */
  baseline: string;
  comparisons: PairedComparison[];
  /** Of every comparison, and how many were made where there are several. */
  sentences: string[];
}

/**
 * @param baseline key of one of the groups
 * @param options with `bootstrap`, its interval is there beside that of Student's t
 */
export function pairedStatistics(
  groups: readonly SeedGroup[],
  baseline: string,
  { measure = lossMeasure, bootstrap = false }: { measure?: ComparedMeasure; bootstrap?: boolean } = {},
): PairedStatistics {
  const reference = groups.find(({ key }) => key === baseline);
  const others = reference ? groups.filter((group) => group !== reference) : [];
  const measured = others.map((group) => {
    const { pairs, paired, finished } = measuredPairs(group.runs, reference!.runs, measure.read);
    return { group, pairs, paired, finished, difference: pairedDifference(pairs.map(({ difference }) => difference)) };
  });
  const adjusted = holm(measured.map(({ difference }) => difference?.pValue ?? null));
  const made = adjusted.filter((p) => p !== null).length;
  const comparisons = measured.map(({ group, pairs, paired, finished, difference }, index): PairedComparison => {
    const names = { label: group.label, against: reference!.label };
    const sentence = pairedSentence(difference, {
      ...names,
      ...measure,
      paired,
      finished,
      holm: adjusted[index]!,
      made,
    });
    const resampled = bootstrap ? bootstrapInterval(pairs.map(({ difference }) => difference)) : null;
    return {
      group: group.key,
      baseline,
      pairs,
      difference,
      bootstrap: resampled,
      holm: adjusted[index]!,
      finished,
      sentence,
    };
  });
  const sentences = comparisons.map(({ sentence }) => sentence);
  return {
    measure: measure.key,
    baseline,
    comparisons,
    sentences: made > 1 ? [...sentences, correctionSentence(comparisons)] : sentences,
  };
}

function measuredPairs(runs: readonly ObservedRun[], baseline: readonly ObservedRun[], read: ComparedMeasure['read']) {
  const seeds = pairsOf(runs, baseline, pairKey);
  const { pairs: settled, finished } = settledPairs(seeds);
  const chosen = settled.map(([run, other]) => {
    const [values, against] = [valuesOf(run, read), valuesOf(other, read)];
    const steps = [...values.keys()].filter((step) => against.has(step));
    return { run, other, values, against, steps };
  });
  const measured = chosen.filter(({ steps }) => steps.length > 0);
  const common = finished ? null : Math.max(...commonSteps(measured.map(({ steps }) => steps)));
  const pairs = measured.flatMap(({ run, other, values, against, steps }): RunPair[] => {
    const step = common ?? Math.max(...steps);
    const difference = values.get(step)! - against.get(step)!;
    if (!Number.isFinite(difference)) return [];
    return [{ run: run.id, baseline: other.id, seeds: run.configuration.seeds, step, difference }];
  });
  return { pairs, paired: seeds.length > 0, finished };
}

function valuesOf({ evaluations }: ObservedRun, read: ComparedMeasure['read']): Map<number, number> {
  const values = evaluations.map((evaluation) => [evaluation.step, read(evaluation)] as const);
  return new Map(values.filter((entry): entry is [number, number] => entry[1] !== null && Number.isFinite(entry[1])));
}

const commonSteps = (lists: readonly (readonly number[])[]): number[] =>
  (lists[0] ?? []).filter((step) => lists.every((list) => list.includes(step)));
