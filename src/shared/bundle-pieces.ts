// A bundle on its way from the process that reads it to the lab. All of it was checked before the first piece is said, and each
// piece is small enough to be stored while nobody notices.
import type { CheckpointRow, EvaluationRow, EventRow, ExperimentRow, RunRow, SegmentRow } from './records.ts';
import type { StudyRow } from './studies/study.ts';
import type { CorpusDescription, StepMetrics } from './worker-messages.ts';

/** Ids are those of the lab that wrote them. In the order of these lines; runs after their parents, segments as they were begun. */
export type BundlePiece =
  | { of: 'bundle'; title: string; made: string; lab: string }
  | { of: 'corpus'; row: Omit<CorpusDescription, 'folder'> }
  | { of: 'experiment'; row: Omit<ExperimentRow, 'removed'> }
  | { of: 'run'; row: Omit<RunRow, 'queuePosition' | 'removed'> }
  | { of: 'segment'; row: SegmentRow }
  /** Of the segment before, ascending. */
  | { of: 'steps'; run: string; segment: number; steps: StepMetrics[] }
  | { of: 'evaluation'; run: string; row: Omit<EvaluationRow, 'id' | 'run'> }
  | { of: 'events'; run: string; rows: Omit<EventRow, 'id' | 'run'>[] }
  /** `folder` is its name below runs/ID/checkpoints of the unpacked bundle. */
  | { of: 'checkpoint'; row: CheckpointRow }
  | { of: 'study'; row: Omit<StudyRow, 'queuePosition' | 'done'> }
  /** Of the study before; `message` as shared/wire.ts writes it. */
  | { of: 'part'; study: string; key: string; message: Uint8Array };

/** Carried out in a process of its own: without a folder a look at the manifest; with one everything is unpacked there and told. */
export interface BundleJob {
  path: string;
  folder: string | null;
}
