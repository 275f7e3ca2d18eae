// The lab's memory: one SQLite file in a home folder. This page is what the rest of the lab may use of it.
// Every failure is a LabError: 'store' for the file itself (its value is then SQLite's own code, see isTemporary),
// 'not-found' for an id that is not there, 'request' for a value that cannot be stored. All calls are synchronous.
import type { CurvePoints, ImportedCurve } from '../../shared/imports.ts';
import type {
  CheckpointRecord,
  CorpusDescription,
  CorpusSource,
  Evaluation,
  RunStart,
  StepMetrics,
} from '../../shared/worker-messages.ts';
import type { HomePaths } from './home.ts';
import type {
  Annotation,
  CheckpointRow,
  CorpusRow,
  EvaluationRow,
  EventRow,
  ExperimentRow,
  LossRecord,
  NewEvent,
  NewRun,
  RecoveredRun,
  RunPlace,
  RunRow,
  RunStatus,
  SegmentOutcome,
  SegmentPlace,
  SegmentRow,
  Series,
  SeriesOptions,
  StudyPart,
  StudyProvenance,
  StudyRequest,
  StudyRow,
  StudyStatus,
} from './rows.ts';

export type { HomePaths } from './home.ts';
export type * from './rows.ts';
export { runStatuses, segmentOutcomes } from './rows.ts';

export interface Experiments {
  create(experiment: { name: string; note?: string }): ExperimentRow;
  /** @throws LabError 'not-found', as every `get` here. */
  get(id: string): ExperimentRow;
  /** In the order of creation, as every `list` here; `removed` adds those that were removed. */
  list(options?: { removed?: boolean }): ExperimentRow[];
  rename(id: string, name: string): ExperimentRow;
  annotate(id: string, annotation: Annotation): ExperimentRow;
  /** Removed, it is left out of lists, and so are its runs. Everything of it stays where it is, to be restored. */
  setRemoved(id: string, removed: boolean): ExperimentRow;
}

export interface Runs {
  /** A new run, 'queued', outside the queue's order until it gets a position. Ids are short, sort by creation and are safe file names. */
  create(run: NewRun): RunRow;
  get(id: string): RunRow;
  /** `removed` adds runs that were removed, and those of removed experiments. */
  list(filter?: { experiment?: string; status?: RunStatus | RunStatus[]; removed?: boolean }): RunRow[];
  rename(id: string, name: string): RunRow;
  annotate(id: string, annotation: Annotation): RunRow;
  setRemoved(id: string, removed: boolean): RunRow;
  setStatus(id: string, status: RunStatus, message?: string | null): RunRow;
  setQueuePosition(id: string, position: number | null): RunRow;
}

export interface Segments {
  /** `parent` defaults to the run's own parent for its first segment. Earlier open segments of the run must be ended. */
  begin(run: string, segment: { fromStep: number; start: RunStart; parent?: RunPlace | null }): SegmentRow;
  end(segment: number, end: { outcome: SegmentOutcome; step: number }): SegmentRow;
  get(segment: number): SegmentRow;
  list(run: string): SegmentRow[];
  /** The same without what each started from: also of a run where that is damaged. */
  places(run: string): SegmentPlace[];
}

export interface Metrics {
  /**
   * Stores a batch whole or not at all; once it returns the batch survives kill -9 and power loss.
   * Steps must ascend within a segment. Each numeric field is a series by its name, each term one as 'terms.<kind>'.
   */
  append(segment: number, steps: readonly StepMetrics[]): void;
  /**
   * The run's curve: at each step the newest segment that covers it, a fork's parent below the fork. An unknown metric
   * is an empty curve.
   */
  series(run: string, metric: string, options?: SeriesOptions): Series;
  /** The points that series() does not show because a newer segment covers their steps, by segment. */
  superseded(run: string, metric: string, options?: SeriesOptions): { segment: number; series: Series }[];
  /** Names of the series of the run and of those it was forked from, sorted. */
  names(run: string): string[];
  /** The newest stored step of the newest segment that has any; null when the run has none of its own. */
  last(run: string): StepMetrics | null;
}

export interface Evaluations {
  add(segment: number, evaluation: Evaluation): EvaluationRow;
  get(id: number): EvaluationRow;
  /** In ascending steps, one a step, a fork's parent's included; `superseded` adds those that newer segments replaced. */
  list(run: string, options?: { superseded?: boolean }): EvaluationRow[];
  /** The same list without what is large. */
  losses(run: string): LossRecord[];
  /** The last of the list, without reading the others; null when there is none. */
  newest(run: string): EvaluationRow | null;
}

export interface Checkpoints {
  /** Recorded after the folder is whole on disk. A second one of the same run and step replaces the first. */
  add(segment: number, checkpoint: CheckpointRecord): CheckpointRow;
  /** The one added last to this run (not to a parent), whatever its step; null when there is none. */
  newest(run: string): CheckpointRow | null;
  /** In the order they were added. */
  list(run: string): CheckpointRow[];
  /** Forgets the record; the folder is the caller's. */
  remove(run: string, step: number): void;
}

export interface Events {
  add(run: string, event: NewEvent): EventRow;
  list(run: string): EventRow[];
}

export interface Corpora {
  /** Adding the same hash under the same name again replaces the record. */
  add(description: CorpusDescription, sources: readonly CorpusSource[]): CorpusRow;
  /** By hash, else the newest of that name. */
  get(nameOrHash: string): CorpusRow;
  list(): CorpusRow[];
}

export interface Studies {
  /** A new study, 'queued', outside the queue's order until it gets a position. No run has its id. One hash is kept once. */
  create(study: { run: string; request: StudyRequest; hash: string }): StudyRow;
  get(id: string): StudyRow;
  find(hash: string): StudyRow | null;
  /** The newest first, unlike other lists; `removed` adds those of runs that were removed. */
  list(filter?: { runs?: readonly string[]; status?: readonly StudyStatus[]; removed?: boolean }): StudyRow[];
  setStatus(id: string, status: StudyStatus, message?: string | null): StudyRow;
  setQueuePosition(id: string, position: number | null): StudyRow;
  setStarted(id: string, started: { provenance: StudyProvenance; total: number }): StudyRow;
  /** Once it returns the part survives kill -9 and power loss. A part of the same key is replaced. */
  appendPart(id: string, part: StudyPart): StudyRow;
  /** In the order in which they were first stored, without those that are damaged. */
  parts(id: string): StudyPart[];
  /** A sentence for each that is damaged. */
  damagedParts(id: string): string[];
  /** Keys of these. */
  keys(id: string): string[];
  /** With its parts. */
  remove(id: string): void;
}

/** Curves that other programs recorded: beside the runs, in no statistics. */
export interface ImportedCurves {
  /** The same tag of the same file, imported the same way, is there once; `known` says that it was. */
  add(
    curve: Omit<ImportedCurve, 'id' | 'created' | 'points'>,
    points: CurvePoints,
  ): { curve: ImportedCurve; known: boolean };
  get(id: string): ImportedCurve;
  list(): ImportedCurve[];
  /** Every point; or about `resolution` of them that keep the extremes of each stretch. */
  points(id: string, options?: { resolution?: number }): CurvePoints;
  rename(id: string, name: string): ImportedCurve;
  remove(id: string): void;
}

export type OriginKind = 'experiment' | 'run' | 'study';

/**
 * Takes rows of another lab in, times and all. An id that something here has, or that no lab can have made yet, becomes a new one;
 * each call gives back the id here. Experiments, runs and studies are in no list until they are shown: what was not, because the lab
 * was killed or the import failed, is taken away by `discard`, with all that belongs to it.
 */
export interface ForeignRows {
  /** The id here of what was imported before with this fingerprint; null when it never was, or is gone. */
  find(kind: OriginKind, fingerprint: string): string | null;
  record(kind: OriginKind, id: string, origin: { fingerprint: string; bundle: string }): void;
  /** Ids of what is seen here and was made at this time. */
  madeAt(kind: 'experiment' | 'run', created: string): string[];
  /** Which file it came in, and when; null for what was made here. */
  origin(kind: OriginKind, id: string): { bundle: string; imported: string } | null;
  experiment(row: Omit<ExperimentRow, 'removed'>): string;
  run(row: Omit<RunRow, 'queuePosition' | 'removed'>): string;
  /** After all segments that were older there: a fork sees its parent's older ones alone. */
  segment(row: Omit<SegmentRow, 'id' | 'lastStep'>): number;
  steps(segment: number, steps: readonly StepMetrics[]): void;
  evaluation(row: Omit<EvaluationRow, 'id' | 'run'>): void;
  checkpoint(row: CheckpointRow): void;
  event(row: Omit<EventRow, 'id'>): void;
  study(row: Omit<StudyRow, 'queuePosition' | 'done' | 'hash'>): string;
  /** @param message its result, as shared/wire.ts writes it */
  part(study: string, key: string, message: Uint8Array): void;
  /** @returns false, and the study stays unseen, where the question of this hash has an answer here */
  showStudy(id: string, hash: string): boolean;
  show(kind: 'experiment' | 'run', id: string): void;
  unseenRuns(): string[];
  /** Takes up to `most` rows away of what is unseen. @returns whether there may be more */
  discard(most: number): boolean;
}

export interface Store {
  readonly paths: HomePaths;
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly segments: Segments;
  readonly metrics: Metrics;
  readonly evaluations: Evaluations;
  readonly checkpoints: Checkpoints;
  readonly events: Events;
  readonly corpora: Corpora;
  readonly studies: Studies;
  readonly importedCurves: ImportedCurves;
  readonly foreign: ForeignRows;
  /** To call once after opening, before any worker starts: ends open segments, pauses runs and stops studies that nobody runs. */
  recover(): RecoveredRun[];
  /** Runs `work` as one transaction: all of its writes or, when it throws, none. */
  transaction<T>(work: () => T): T;
  /** A consistent copy of the database in a new file, written beside other work. The file must not exist. */
  snapshot(file: string): Promise<void>;
  close(): void;
}

/** What another process may read while the lab is open elsewhere. */
export interface ReadOnlyStore {
  readonly paths: HomePaths;
  readonly experiments: Pick<Experiments, 'get' | 'list'>;
  readonly runs: Pick<Runs, 'get' | 'list'>;
  readonly segments: Pick<Segments, 'get' | 'list' | 'places'>;
  readonly metrics: Pick<Metrics, 'series' | 'superseded' | 'names' | 'last'>;
  readonly evaluations: Pick<Evaluations, 'get' | 'list' | 'losses' | 'newest'>;
  readonly checkpoints: Pick<Checkpoints, 'newest' | 'list'>;
  readonly events: Pick<Events, 'list'>;
  readonly corpora: Pick<Corpora, 'get' | 'list'>;
  readonly studies: Pick<Studies, 'get' | 'find' | 'list' | 'parts' | 'damagedParts' | 'keys'>;
  readonly importedCurves: Pick<ImportedCurves, 'get' | 'list' | 'points'>;
  readonly foreign: Pick<ForeignRows, 'find' | 'origin'>;
  close(): void;
}

export { isDamage, soundRun } from './damage.ts';
export { openStore, openStoreReadOnly } from './open.ts';
export { endSegments } from './recover.ts';
export { isTemporary } from './sqlite-errors.ts';
