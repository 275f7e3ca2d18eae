// The checkpoints that a study of a run may look at: its own, and below its fork those of the run it was forked from.
import type { CheckpointRow, ReadOnlyStore, RunRow } from '../../store/index.ts';

type Known = Pick<ReadOnlyStore, 'runs' | 'checkpoints'>;

/** One a step, in ascending steps. A run's own stand before its parent's. */
export function checkpointsOf(store: Known, run: RunRow): CheckpointRow[] {
  const byStep = new Map(inherited(store, run).map((checkpoint) => [checkpoint.step, checkpoint]));
  for (const checkpoint of store.checkpoints.list(run.id)) byStep.set(checkpoint.step, checkpoint);
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

function inherited(store: Known, { parent }: RunRow): CheckpointRow[] {
  if (!parent) return [];
  return checkpointsOf(store, store.runs.get(parent.run)).filter(({ step }) => step <= parent.step);
}
