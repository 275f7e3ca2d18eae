// What the lab tells whoever watches it. Everything said here is already in the store, unless it says otherwise.
import type { Alert } from './alerts.ts';
import type { CorpusRow, ExperimentRow, RunRow } from './records.ts';
import type { StudyPart, StudyRow } from './studies/study.ts';
import type { CheckpointRecord, Evaluation, RunStart, StepMetrics } from './worker-messages.ts';

export type LabEvent =
  /** An experiment was created, renamed, annotated, removed or restored. */
  | { type: 'experiment'; experiment: ExperimentRow }
  /** A run was created, removed or restored, or its status, message, name, note, tags or place in the queue changed. */
  | { type: 'run'; run: RunRow }
  /** A worker has begun, or begun again after a crash. */
  | { type: 'started'; run: string; start: RunStart }
  | { type: 'steps'; run: string; steps: StepMetrics[] }
  | { type: 'evaluation'; run: string; evaluation: Evaluation }
  | { type: 'checkpoint'; run: string; checkpoint: CheckpointRecord }
  /** Not kept. */
  | { type: 'progress'; run: string; phase: string; done: number; total: number }
  | { type: 'note'; run: string; step: number | null; kind: string; message: string }
  | { type: 'alert'; run: string; alert: Alert }
  /** Not kept. */
  | { type: 'corpus-progress'; name: string; phase: string; done: number; total: number }
  | { type: 'corpus'; corpus: CorpusRow }
  /** What the set-up of TensorFlow does now. Not kept. */
  | { type: 'tensorflow-progress'; phase: string; message: string }
  /** A study was asked for, or its status, message, place in the queue or number of parts changed. */
  | { type: 'study'; study: StudyRow }
  | { type: 'study-part'; study: string; part: StudyPart }
  /** Not kept. */
  | { type: 'study-progress'; study: string; phase: string; done: number; total: number }
  | { type: 'study-removed'; study: string }
  /** How far a bundle is: checked, then taken in. Not kept. */
  | { type: 'import-progress'; phase: string; done: number; total: number }
  /** Imported curves were added, renamed or removed. */
  | { type: 'imports' };
