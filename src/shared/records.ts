// What the lab keeps about experiments, runs and corpora, as plain data: what its store hands out and a page shows. Times are
// ISO texts of the lab's clock; durations are the caller's, monotonic. Steps count optimizer steps; step 0 is before the first.
import type { RunConfiguration } from './config/schema.ts';
import type { CheckpointRecord, CorpusDescription, CorpusSource, Evaluation, RunStart } from './worker-messages.ts';

export interface ExperimentRow {
  id: string;
  name: string;
  note: string;
  tags: string[];
  created: string;
  /** When it was removed, its runs with it; null while it is there. */
  removed: string | null;
}

/** What a person adds; what is left out stays as it is. */
export interface Annotation {
  note?: string | undefined;
  tags?: readonly string[] | undefined;
}

export const runStatuses = ['queued', 'running', 'pausing', 'paused', 'completed', 'failed', 'stopped'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** A place on another run's curve: where a fork begins. */
export interface RunPlace {
  run: string;
  step: number;
}

export interface RunRow {
  /** What of its own row is damaged in the store, a sentence; its message says it too. Absent where all of it is whole. */
  damage?: string;
  id: string;
  experiment: string;
  name: string;
  configuration: RunConfiguration;
  corpusHash: string;
  /** Runs of one group differ in their seeds alone. */
  seedGroup: string | null;
  /** Where this run was forked from; null for a run of its own. */
  parent: RunPlace | null;
  status: RunStatus;
  /** Why the run is in this status, where there is something to say. */
  message: string | null;
  queuePosition: number | null;
  note: string;
  tags: string[];
  created: string;
  /** When the status last changed. */
  changed: string;
  /** When it was removed; null while it is there. */
  removed: string | null;
}

export interface NewRun {
  experiment: string;
  name: string;
  configuration: RunConfiguration;
  corpusHash: string;
  seedGroup?: string | null;
  parent?: RunPlace | null;
}

/** 'interrupted' is what recover() writes: the lab or the worker went away without a word. */
export const segmentOutcomes = ['completed', 'paused', 'stopped', 'failed', 'interrupted'] as const;
export type SegmentOutcome = (typeof segmentOutcomes)[number];

/** One continuous piece of execution of one worker. */
export interface SegmentRow {
  /** Grows with time over the whole store. */
  id: number;
  run: string;
  /** The step it went on from; its first metrics are of fromStep + 1. */
  fromStep: number;
  /** The newest step with stored metrics; null before the first. */
  lastStep: number | null;
  /** Set on the first segment of a fork: earlier points are those of this run, up to and with this step. */
  parent: RunPlace | null;
  start: RunStart;
  began: string;
  /** Null while it is open. */
  ended: string | null;
  outcome: SegmentOutcome | null;
  endStep: number | null;
}

export interface Point {
  step: number;
  /** May be NaN or infinite: stored as it came. */
  value: number;
}

/** All points of steps from..to of one series. Extremes are over finite values; the others are counted, never dropped. */
export interface Bucket {
  from: number;
  to: number;
  count: number;
  first: Point;
  last: Point;
  /** The earliest of the smallest finite values; null when no value is finite. */
  min: Point | null;
  max: Point | null;
  notFinite: number;
  firstNotFinite: Point | null;
}

/**
 * A curve in ascending steps: every point, or aligned buckets of `width` steps (a power of two) where there are more
 * points than the asked resolution. Series of one run read with the same options have the same buckets, so 'tokens' or
 * 'seconds' read beside 'loss' are its other x-axes.
 */
export type Series = { kind: 'points'; points: Point[] } | { kind: 'buckets'; width: number; buckets: Bucket[] };

export interface SeriesOptions {
  /** First and last step, inclusive. */
  from?: number;
  to?: number;
  /** The most points or buckets to return; every point when left out. */
  resolution?: number;
}

export interface EvaluationRow {
  id: number;
  run: string;
  segment: number;
  created: string;
  evaluation: Evaluation;
}

/** An evaluation as a curve of losses needs it. */
export type LossRecord = Pick<Evaluation, 'step' | 'tokens' | 'seconds' | 'loss' | 'perplexity'>;

export interface RunLosses {
  run: string;
  /** Of the data in their order; null before it has started. */
  dataHash: string | null;
  losses: LossRecord[];
}

export interface CheckpointRow extends CheckpointRecord {
  run: string;
  segment: number;
  created: string;
}

/** Checkpoints of removed runs, and folders of checkpoints that nothing lists. */
export interface Removable {
  /** Removed runs that have any. */
  runs: number;
  checkpoints: number;
  bytes: number;
}

export interface NewEvent {
  step: number | null;
  kind: string;
  message: string;
  /** Anything that JSON can hold; non-finite numbers too. */
  data?: unknown;
}

export interface EventRow {
  id: number;
  run: string;
  created: string;
  step: number | null;
  kind: string;
  message: string;
  data: unknown;
}

export interface CorpusRow {
  description: CorpusDescription;
  sources: CorpusSource[];
  created: string;
}

export interface AddedCorpus {
  corpus: CorpusRow;
  /** The same text prepared the same way was there already; nothing was kept twice. */
  known: boolean;
}

/** A run that was found 'running' or 'pausing' with nobody running it, and is 'paused' now. */
export interface RecoveredRun {
  run: string;
  name: string;
  /** The newest step with stored metrics; null when none was stored. */
  step: number | null;
  checkpoint: CheckpointRow | null;
}
