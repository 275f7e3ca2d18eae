// The lab: the application behind every door (command line, window, served page). It knows runs, their queue, corpora and
// comparisons; it knows no screen and no transport.
import type { RunEstimate } from '../../shared/config/index.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import type { JobLimits, LaunchWorker } from '../compute/index.ts';
import type { Annotation, ExperimentRow, ReadOnlyStore, RecoveredRun, RunRow } from '../store/index.ts';
import type { AddedCorpus, NewCorpus } from './corpora.ts';
import type { LabEvent } from './events.ts';

export type { Comparison } from './comparison/compare.ts';
export { compare } from './comparison/compare.ts';
export { type AddedCorpus, findCorpus, type NewCorpus } from './corpora.ts';
export type { Emit, LabEvent } from './events.ts';
export { findExperiment, findRun } from './find.ts';
export { openLab } from './open-lab.ts';

export interface LabOptions {
  /** Folder that holds everything; made when it is absent. */
  home: string;
  onEvent?: (event: LabEvent) => void;
  /** Runs carried out at once; they share the processor's cores out. */
  concurrency?: number;
  /** Processor cores to share out; all of the machine's when left out. */
  cores?: number;
  /** What a worker process is; Node's own child process when left out. */
  launch?: LaunchWorker;
  limits?: JobLimits;
}

export interface NewRunRequest {
  experiment: string;
  /** Checked here; its name is the run's. */
  configuration: unknown;
  seedGroup?: string;
}

export interface ForkRequest {
  /** A step with a checkpoint; the newest one when left out. */
  step?: number;
  /** The configuration of the fork; the run's own when left out. Its model must be the checkpoint's. */
  configuration?: unknown;
  name?: string;
  experiment?: string;
}

export interface Lab {
  /** To read: everything that is known about runs lies in the store. */
  readonly store: ReadOnlyStore;
  /** Runs that an earlier lab left behind without ending them; they are paused now. */
  readonly recovered: readonly RecoveredRun[];

  createExperiment(experiment: { name: string; note?: string }): ExperimentRow;
  renameExperiment(id: string, name: string): ExperimentRow;
  annotateExperiment(id: string, annotation: Annotation): ExperimentRow;
  /** With its runs. Everything of it is kept, to be restored. @throws LabError 'request' while one is being carried out */
  removeExperiment(id: string): ExperimentRow;
  restoreExperiment(id: string): ExperimentRow;

  /** Checked against its corpus; it waits for start. @throws LabError 'configuration' or 'corpus' */
  createRun(request: NewRunRequest): RunRow;
  renameRun(id: string, name: string): RunRow;
  annotateRun(id: string, annotation: Annotation): RunRow;
  /** One that waits leaves the queue. Everything of it is kept. @throws LabError 'request' while it is being carried out */
  removeRun(id: string): RunRow;
  restoreRun(id: string): RunRow;
  estimate(configuration: unknown): RunEstimate;

  /**
   * Queues a run that is new, paused, stopped or failed; it goes on from its newest checkpoint.
   * @throws LabError 'request' for one that is complete or being carried out
   */
  start(run: string, options?: { before?: string }): RunRow;
  /** Starts what an earlier lab left in the queue. */
  resumeQueue(): void;
  setConcurrency(concurrency: number): void;
  /** A running one writes a checkpoint and pauses; a waiting one leaves the queue. */
  pause(run: string): RunRow;
  /** As pause, but for good, and ended after a grace where it does not finish; at once when asked again. */
  stop(run: string): RunRow;
  /** A new run that begins where this one had a checkpoint. */
  fork(run: string, request?: ForkRequest): RunRow;
  /**
   * The same run for more steps, as a fork at its newest checkpoint: the schedule is part of the configuration, and what a
   * run was stays what it was.
   */
  continueTo(run: string, steps: number): RunRow;
  /** Resolves when the run is carried out no longer and waits no longer. */
  ended(run: string): Promise<RunRow>;

  /** Leaves nothing behind when it is aborted. */
  addCorpus(corpus: NewCorpus, signal?: AbortSignal): Promise<AddedCorpus>;
  /** Tries every engine; with `measure` also how fast it trains. */
  engines(options: { measure: boolean; signal?: AbortSignal }): Promise<EngineReport[]>;

  /** Pauses what runs, waits for it, and closes the store. */
  close(): Promise<void>;
}
