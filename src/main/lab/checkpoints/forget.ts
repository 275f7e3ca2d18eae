// Takes checkpoints away. The store forgets them first: a lab that ends in between leaves folders that nothing lists, which the
// next purge removes, and never a listed checkpoint that is not there.
import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CheckpointRow, Store } from '../../store/index.ts';

/** The end of the names of folders that are not complete, as workers give it; and what went before it here. */
const unfinished = /(\.[0-9a-f]{8})?\.partial$/;

/**
 * The store has forgotten them all, and their names are free, when this returns its promise: nothing begins at one of them, and
 * a run that is started meanwhile writes its own under their names. A folder outside of the lab's own is left alone; one that
 * cannot be removed now is what the next purge removes.
 */
export async function forget(
  store: Pick<Store, 'checkpoints' | 'paths' | 'transaction'>,
  checkpoints: readonly CheckpointRow[],
): Promise<void> {
  store.transaction(() => {
    for (const { run, step } of checkpoints) store.checkpoints.remove(run, step);
  });
  const own = checkpoints.filter(({ run, folder }) => dirname(resolve(folder)) === join(store.paths.checkpoints, run));
  for (const folder of own.flatMap(({ folder }) => putAside(folder) ?? [])) await removeAside(folder);
}

/**
 * Gives a folder a name that no writer of checkpoints gives, at once: it is then not taken for a checkpoint, and its name is
 * free. @returns the new name; null where it is not there or cannot be moved
 */
export function putAside(folder: string): string | null {
  // With a second mark on top of the first the next purge would not know it.
  const name = folder.replace(unfinished, '');
  const aside = `${name}.${randomUUID().slice(0, 8)}.partial`;
  try {
    renameSync(folder, aside);
    return aside;
  } catch {
    return null;
  }
}

export const removeAside = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true }).catch(() => {});
