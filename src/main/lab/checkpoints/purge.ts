// Frees what the checkpoints of removed runs take, and folders of checkpoints that nothing lists: a lab that was killed leaves
// such. It removes no run, no metric and no evaluation.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Removable } from '../../../shared/records.ts';
import type { CheckpointRow, ReadOnlyStore, Store } from '../../store/index.ts';
import { forget, putAside, removeAside } from './forget.ts';
import { neededSteps } from './needed.ts';

type Known = Pick<ReadOnlyStore, 'checkpoints' | 'paths' | 'runs' | 'studies'>;

interface Plan {
  checkpoints: CheckpointRow[];
  /** Folders that nothing lists. */
  folders: { run: string; folder: string; bytes: number }[];
}

const unlistedName = /^step-\d{8,15}((\.[0-9a-f]{8})?\.partial)?$/;

function planOf(store: Known, isActive: (run: string) => boolean): Plan {
  const kept = new Set(store.runs.list().map(({ id }) => id));
  const all = store.runs.list({ removed: true });
  const checkpoints = all
    .filter(({ id }) => !kept.has(id))
    .flatMap(({ id }) => {
      const needed = neededSteps(store, id, { removed: false });
      return store.checkpoints.list(id).filter(({ step }) => !needed.has(step));
    });
  const folders = all
    .filter(({ id }) => !isActive(id))
    .flatMap(({ id }) => {
      const listed = new Set(store.checkpoints.list(id).map(({ folder }) => folder));
      const parent = join(store.paths.checkpoints, id);
      return namesIn(parent)
        .filter((name) => unlistedName.test(name) && !listed.has(join(parent, name)))
        .map((name) => ({ run: id, folder: join(parent, name), bytes: bytesIn(join(parent, name)) }));
    });
  return { checkpoints, folders };
}

const sizeOf = ({ checkpoints, folders }: Plan): Removable => ({
  runs: new Set(checkpoints.map(({ run }) => run)).size,
  checkpoints: checkpoints.length + folders.length,
  bytes: [...checkpoints, ...folders].reduce((sum, { bytes }) => sum + bytes, 0),
});

/** What `purge` would free. `isActive` tells of runs that are being carried out. */
export const removable = (store: Known, isActive: (run: string) => boolean): Removable =>
  sizeOf(planOf(store, isActive));

/** A run that is restored later begins at its start, and says so. @returns what it freed */
export async function purge(store: Store, isActive: (run: string) => boolean): Promise<Removable> {
  const plan = planOf(store, isActive);
  for (const run of new Set(plan.checkpoints.map((checkpoint) => checkpoint.run))) {
    const message = 'Its checkpoints were removed to free the disk.';
    store.events.add(run, { step: null, kind: 'purged', message });
  }
  await forget(store, plan.checkpoints);
  const folders: Plan['folders'] = [];
  for (const unlisted of plan.folders) {
    const { run, folder } = unlisted;
    // The run may have been started since, and what lies there now be its own.
    if (isActive(run) || store.checkpoints.list(run).some((listed) => listed.folder === folder)) continue;
    const aside = putAside(folder);
    if (aside === null) continue;
    await removeAside(aside);
    folders.push(unlisted);
  }
  return sizeOf({ ...plan, folders });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of the files of a folder that a lab's worker may be about to remove itself. */
const bytesIn = (folder: string): number =>
  namesIn(folder).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
