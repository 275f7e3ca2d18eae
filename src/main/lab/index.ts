// The lab: the application behind every door (command line, window, served page). It knows runs and studies, their queue,
// corpora and comparisons; it knows no screen and no transport.
import type { RunEstimate } from '../../shared/config/index.ts';
import type { ExportReport } from '../../shared/inspection.ts';
import type { AddedCorpus, Removable } from '../../shared/records.ts';
import type { Retention } from '../../shared/retention.ts';
import type { EngineReport } from '../../shared/worker-messages.ts';
import type { JobLimits, LaunchWorker, SetUpProgram } from '../compute/index.ts';
import type { Annotation, ExperimentRow, ReadOnlyStore, RecoveredRun, RunRow } from '../store/index.ts';
import type { NewCorpus } from './corpora.ts';
import type { LabEvent } from './events.ts';
import type { Imports } from './imports/index.ts';
import type { Inspections } from './inspections/index.ts';
import type { ExportRequest, ImportRequest } from './inspections/models.ts';
import type { Studies } from './studies/index.ts';

export type { AddedCorpus } from '../../shared/records.ts';
export type { Comparison } from './comparison/compare.ts';
export { compare } from './comparison/compare.ts';
export { findCorpus, type NewCorpus } from './corpora.ts';
export type { Emit, LabEvent } from './events.ts';
export { findCurve, findExperiment, findRun } from './find.ts';
export { forkPoint } from './fork.ts';
export type { Imports } from './imports/index.ts';
export { type Inspections, inspectionsOver } from './inspections/index.ts';
export { openLab } from './open-lab.ts';
export { checkedRequest, checkpointsOf, estimateStudy, type Studies } from './studies/index.ts';

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
  /** The process that reads stores of other labs; Node's own child process when left out. */
  launchReader?: LaunchWorker;
  /** What sets TensorFlow up; found beside this program when left out, null where there is none. */
  setUpProgram?: SetUpProgram | null;
  /** Which checkpoints of a run stay; all when left out. */
  retention?: Retention;
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

  /** Measurements of checkpoints, queued with the runs. */
  readonly studies: Studies;
  /** Checkpoints of any origin, looked into. */
  readonly inspections: Inspections;
  /** Bundles of other labs, and curves of other programs. */
  readonly imports: Imports;

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
   * Queues a run that is new, paused, stopped or failed, before another run or study or at the end; it goes on from its
   * newest checkpoint.
   * @throws LabError 'request' for one that is complete or being carried out
   */
  start(run: string, options?: { before?: string }): RunRow;
  /** Starts what an earlier lab left in the queue, runs and studies. */
  resumeQueue(): void;
  setConcurrency(concurrency: number): void;
  /** Seen to after each checkpoint that is written from now on. */
  setRetention(retention: Retention): void;
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

  /** A checkpoint as a folder that transformers loads. @throws LabError 'request' or 'checkpoint' */
  exportModel(run: string, request: ExportRequest, signal?: AbortSignal): Promise<ExportReport>;
  /** A model of transformers as a run that is paused at step 0. @throws LabError 'checkpoint', 'corpus' or 'configuration' */
  importModel(request: ImportRequest, signal?: AbortSignal): Promise<{ run: RunRow; notes: string[] }>;

  /** What `purgeCheckpoints` would free: checkpoints of removed runs that no other run begins at. */
  removableCheckpoints(): Removable;
  /** For good: a run that is restored after that begins at its start. */
  purgeCheckpoints(): Promise<Removable>;

  /** Leaves nothing behind when it is aborted. */
  addCorpus(corpus: NewCorpus, signal?: AbortSignal): Promise<AddedCorpus>;
  /** Tries every engine; with `measure` also how fast it trains. */
  engines(options: { measure: boolean; signal?: AbortSignal }): Promise<EngineReport[]>;
  /** @returns what was done, in plain words. @throws LabError 'engine'; 'request' while it is being set up or removed already */
  setUpTensorflow(options: { gpu: boolean; signal?: AbortSignal }): Promise<string>;
  removeTensorflow(signal?: AbortSignal): Promise<string>;

  /**
   * Pauses what runs, waits for it, and closes the store. That takes as long as the store cannot be written (a full disk, a
   * lock): with `hurry`, what runs is stopped instead, and goes on from its newest checkpoint the next time.
   */
  close(hurry?: AbortSignal): Promise<void>;
}
