// Runs side by side, as data: what lab/comparison computes and the page draws.
import type { ColourKey } from './config/objectives.ts';
import type { RunConfiguration } from './config/schema.ts';
import type { Leg } from './course.ts';
import type { RunStatus } from './records.ts';
import type { EqualLoss, EqualLossPoint, SpeedUpOverSeeds } from './speed-up/index.ts';
import type { PairedStatistics, SampleSummary } from './statistics/index.ts';
import type { CorpusDescription, Evaluation, RunStart } from './worker-messages.ts';

export interface CurvePoint {
  step: number;
  tokens: number;
  /** Of training; evaluations and pauses not counted. */
  seconds: number;
  value: number;
}

export const curveNames = ['crossEntropy', 'tokensPerSecond', 'maxLoad', 'gradientNorm'] as const;
export type CurveName = (typeof curveNames)[number];

export interface ComparedRun {
  id: string;
  name: string;
  experiment: string;
  status: RunStatus;
  message: string | null;
  configuration: RunConfiguration;
  /** What forks changed on the way to this configuration; empty where nothing was. */
  course: Leg[];
  /** 'SimBal + LBL', or 'LBL until step 100, then SimBal'; `objectiveKey` is equal for runs of one kind of objective. */
  objective: string;
  objectiveKey: string;
  colour: ColourKey;
  /** Which of the runs of this colour it is, from 0. */
  shade: number;
  /** Null before it has started. */
  start: RunStart | null;
  /** At the newest evaluation; null before the first. */
  final: Summary | null;
  /** Steps done, and training tokens a second over all of them. */
  progress: { step: number; tokens: number; seconds: number; tokensPerSecond: number } | null;
  /** This run against each other one as the slower of the two; curves are empty where they were not asked for. */
  speedUps: { baseline: string; equalLoss: EqualLoss | null; curve: EqualLossPoint[] }[];
  evaluations: Evaluation[];
  curves: Record<CurveName, CurvePoint[]>;
}

export interface Comparison {
  runs: ComparedRun[];
  corpora: CorpusDescription[];
  equalStart: EqualStart;
  differences: ConfigurationDifference[];
  statistics: ComparisonStatistics;
  /** Runs that were asked for and are damaged in the store, a sentence each: they are in nothing of the above. Absent where there are none. */
  leftOut?: string[];
}

/** What may be said of differences and of chance. Groups are runs that differ in nothing but seeds, names and engine. */
export interface ComparisonStatistics {
  groups: ComparedGroup[];
  /** Key of the group that the others are measured against: LBL, else no balancing, else the first; null before any evaluation. */
  baseline: string | null;
  /** Validation loss, paired by seed; null without a baseline. */
  loss: PairedStatistics | null;
  /** Of every other group against the baseline, over pairs of one seed; only groups that have such pairs. */
  speedUps: GroupSpeedUp[];
}

export interface ComparedGroup {
  key: string;
  label: string;
  objectiveKey: string;
  /** Ids of the runs, and of those that the numbers are of: the complete ones, else the one that is furthest. */
  runs: string[];
  measured: string[];
  /** At the newest evaluation; null where nothing is measured. */
  loss: SampleSummary | null;
  perplexity: SampleSummary | null;
}

export interface GroupSpeedUp {
  group: string;
  baseline: string;
  raw: SpeedUpOverSeeds;
  isotonic: SpeedUpOverSeeds;
}

export type StartHash = 'initHash' | 'initHashWithoutRouters' | 'dataHash';

export interface EqualStart {
  /** All runs agree; false also when one of them has never started. */
  equal: Record<StartHash, boolean>;
  /** Runs of the same seeds agree, each with the others of its seeds; absent where all have the same seeds, or no two do. */
  ofOneSeed?: Record<StartHash, boolean>;
  /** In the order of the runs; null for one that has never started. */
  hashes: Record<StartHash, (string | null)[]>;
}

export interface ConfigurationDifference {
  /** 'training.learningRate' */
  field: string;
  /** In the order of the runs, as one would type it. */
  values: string[];
}

/** One evaluation as the few numbers that a table has room for. Means are over layers. */
export interface Summary {
  step: number;
  tokens: number;
  seconds: number;
  loss: number;
  perplexity: number;
  /** Null in a dense model. */
  routing: RoutingSummary | null;
  /** Null where it was not measured. */
  minimumSimilarity: number | null;
}

export interface RoutingSummary {
  /** Experts that any validation token used: the mean over layers, and the fewest of any layer. */
  uniqueExperts: number;
  fewestExperts: number;
  experts: number;
  sequenceExpertUtilization: number;
  entropy: number;
  maxViolation: number;
  gini: number;
  /** Mean of the entries of (RᵀR − I)². */
  orthogonality: number;
}
