// What the lab tells whoever watches it. Everything said here is already in the store, unless it says otherwise.
import type { CheckpointRecord, Evaluation, RunStart, StepMetrics } from '../../shared/worker-messages.ts';
import type { CorpusRow, RunRow } from '../store/index.ts';

export type LabEvent =
  /** A run was created, or its status, message or place in the queue changed. */
  | { type: 'run'; run: RunRow }
  /** A worker has begun, or begun again after a crash. */
  | { type: 'started'; run: string; start: RunStart }
  | { type: 'steps'; run: string; steps: StepMetrics[] }
  | { type: 'evaluation'; run: string; evaluation: Evaluation }
  | { type: 'checkpoint'; run: string; checkpoint: CheckpointRecord }
  /** Not kept. */
  | { type: 'progress'; run: string; phase: string; done: number; total: number }
  | { type: 'note'; run: string; step: number | null; kind: string; message: string }
  /** Not kept. */
  | { type: 'corpus-progress'; name: string; phase: string; done: number; total: number }
  | { type: 'corpus'; corpus: CorpusRow };

export type Emit = (event: LabEvent) => void;
