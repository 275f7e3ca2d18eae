// Applies the setting of how many checkpoints are kept to one run, after each that it writes.
import { notRetained, type Retention } from '../../../shared/retention.ts';
import type { Store } from '../../store/index.ts';
import { forget } from './forget.ts';
import { neededSteps } from './needed.ts';

/** Takes away what the setting does not keep, but never the newest, nor what a fork or an unfinished study needs. */
export async function retain(
  store: Pick<Store, 'checkpoints' | 'paths' | 'runs' | 'studies' | 'transaction'>,
  run: string,
  retention: Retention,
): Promise<void> {
  const { checkpointEvery } = store.runs.get(run).configuration.training;
  const surplus = notRetained(store.checkpoints.list(run), retention, checkpointEvery);
  if (surplus.length === 0) return;
  const needed = neededSteps(store, run, { removed: true });
  await forget(
    store,
    surplus.filter(({ step }) => !needed.has(step)),
  );
}
