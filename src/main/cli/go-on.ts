// The command that a run goes on with, of those that would not fail the same way again.
import { lastFailure } from '../../shared/failure.ts';
import type { ReadOnlyStore, RunRow } from '../store/index.ts';
import type { Session } from './session.ts';

/** Null of one that is complete, that runs, or that no command helps but what its message says. */
export function goOn(run: RunRow, store: Pick<ReadOnlyStore, 'events'>, session: Session): string | null {
  const { id, status, configuration } = run;
  if (status === 'completed' || status === 'running' || status === 'pausing') return null;
  const resume = `${status === 'queued' ? 'To start it' : 'To go on'}: ${session.command(`resume ${id}`)}`;
  const failure = status === 'failed' ? lastFailure(store.events.list(id)) : null;
  if (!failure) return resume;
  const { checkpoint, damaged, code } = failure;
  if (damaged !== null)
    return checkpoint === null ? null : `To go on: ${session.command(`fork ${id} --step ${checkpoint}`)}`;
  if (code !== 'not-finite') return resume;
  if (checkpoint === null) return null;
  const slower = `training.learningRate=${configuration.training.learningRate / 2}`;
  return `To go on: ${session.command(`fork ${id} --step ${checkpoint} --set ${slower}`)}`;
}
