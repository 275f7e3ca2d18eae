// Where a run can be forked.
import { LabError } from '../../shared/errors.ts';
import type { CheckpointRow, ReadOnlyStore, RunRow } from '../store/index.ts';
import { shown } from './text.ts';

/** @param step a step with a checkpoint; the newest when left out. @throws LabError 'request' with the steps there are */
export function forkPoint(
  { checkpoints }: Pick<ReadOnlyStore, 'checkpoints'>,
  run: RunRow,
  step?: number,
): CheckpointRow {
  const there = checkpoints.list(run.id);
  const checkpoint = step === undefined ? checkpoints.newest(run.id) : there.findLast((other) => other.step === step);
  if (checkpoint) return checkpoint;
  const steps = there.map((other) => other.step).join(', ');
  throw new LabError(
    'request',
    `The run ${shown(run.name)} cannot be forked${step === undefined ? '' : ` at step ${step}`}: ${steps ? `it has checkpoints of the steps ${steps}` : 'it has no checkpoint yet'}.`,
    { field: 'step', remedy: steps ? 'Choose one of these steps.' : 'Train it to its first checkpoint.' },
  );
}
