// Where a run can be forked, and what a fork may change: everything but the shape of the model, and what is done already.
import type { RunConfiguration } from '../../shared/config/index.ts';
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

/** Fields of the model that speak of how it began. */
const ofItsStart = new Set(['initDeviation', 'routerInit']);

/** @throws LabError 'configuration' where the fork could not begin at its checkpoint */
export function checkFork({ model, training }: RunConfiguration, run: RunRow, step: number): void {
  const trained = run.configuration.model;
  const names = Object.keys(model) as (keyof typeof model)[];
  const other = names.find((name) => !ofItsStart.has(name) && model[name] !== trained[name]);
  if (other !== undefined) {
    const field = `model.${other}`;
    throw new LabError(
      'configuration',
      `${field} is ${model[other]}, and the run ${shown(run.name)} has ${trained[other]}: a fork goes on with the model it begins with.`,
      { field, value: String(model[other]), remedy: 'Leave the model as it is, or train a new run.' },
    );
  }
  if (training.steps > step) return;
  throw new LabError(
    'configuration',
    `training.steps is ${training.steps}, and the fork begins at step ${step}: nothing would be trained.`,
    {
      field: 'training.steps',
      value: String(training.steps),
      remedy: `Give more than ${step} steps, or fork earlier.`,
    },
  );
}
