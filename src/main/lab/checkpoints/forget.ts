// Takes checkpoints away. The store forgets them first: a lab that ends in between leaves folders that nothing lists, which the
// next purge removes, and never a listed checkpoint that is not there.
import { rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CheckpointRow, Store } from '../../store/index.ts';

/** The end of the names of folders that are not complete, as workers give it. */
const unfinished = '.partial';

/**
 * The store has forgotten them all when this returns its promise, so that nothing begins at one of them meanwhile. A folder
 * outside of the lab's own is left alone; one that cannot be removed now is what the next purge removes.
 */
export async function forget(
  store: Pick<Store, 'checkpoints' | 'paths' | 'transaction'>,
  checkpoints: readonly CheckpointRow[],
): Promise<void> {
  store.transaction(() => {
    for (const { run, step } of checkpoints) store.checkpoints.remove(run, step);
  });
  for (const { run, folder } of checkpoints) {
    if (dirname(resolve(folder)) !== join(store.paths.checkpoints, run)) continue;
    await removeFolder(folder).catch(() => {});
  }
}

/** Under the name of what is not complete, so that one that is only half gone is not taken for a checkpoint. */
export async function removeFolder(folder: string): Promise<void> {
  const going = folder.endsWith(unfinished) ? folder : folder + unfinished;
  if (going !== folder) await rename(folder, going);
  await rm(going, { recursive: true, force: true });
}
