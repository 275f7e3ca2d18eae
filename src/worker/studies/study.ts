// What carries out one kind of study. It yields; storing, sending and stopping are its caller's.
import type { StudyJob, StudyPart, StudyProvenance } from '../../shared/studies/study.ts';

export type StudyStep =
  /** Once, before the first part. */
  | { type: 'started'; provenance: StudyProvenance; total: number }
  | { type: 'part'; part: StudyPart }
  | { type: 'progress'; phase: string; done: number; total: number };

/**
 * Yields the parts that job.stored does not have. `pause` ends it at the next point where nothing is lost: it returns early.
 * @throws LabError for a request that the checkpoints cannot answer
 */
export type Study = (job: StudyJob, pause: AbortSignal) => AsyncGenerator<StudyStep, void>;
