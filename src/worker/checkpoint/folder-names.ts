// Names of checkpoint folders, and what an interrupted write can leave beside them:
//   step-00000300            complete
//   step-00000300.partial    not yet complete; worthless
//   step-00000300.replaced   the complete folder that a new one of the same step was about to replace
//   step-00000300.1a2b3c4d.partial   one that the lab is taking away
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemFault } from '../../shared/system-faults.ts';
import type { FileSystem } from './file-system.ts';
import { refusal } from './refusal.ts';

export interface FoundCheckpoint {
  step: number;
  folder: string;
}

export const partialSuffix = '.partial';
export const replacedSuffix = '.replaced';

export const folderName = (step: number): string => `step-${String(step).padStart(8, '0')}`;

const folderPattern = /^step-(\d{8,15})((?:\.[0-9a-f]{8})?\.partial|\.replaced)?$/;

/** Complete checkpoints by rising step; none where `parent` does not exist. Their content is not looked at. */
export async function listCheckpoints(parent: string): Promise<FoundCheckpoint[]> {
  const names = await readdir(parent).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw refusal(parent, `cannot be listed: ${systemFault(error) ?? String(error)}`);
  });
  const found = new Map<number, FoundCheckpoint>();
  // Sorted, so that a folder comes before its own ".replaced", which counts only where the folder is missing.
  for (const name of names.sort()) {
    const [, digits, suffix] = folderPattern.exec(name) ?? [];
    if (!digits || suffix?.endsWith(partialSuffix) || found.has(Number(digits))) continue;
    found.set(Number(digits), { step: Number(digits), folder: join(parent, name) });
  }
  return [...found.values()].sort((a, b) => a.step - b.step);
}

/** The complete checkpoint with the highest step, or null. */
export async function latestCheckpoint(parent: string): Promise<FoundCheckpoint | null> {
  return (await listCheckpoints(parent)).at(-1) ?? null;
}

/** Puts right what an interrupted write left in `parent`. Only for its one writer. */
export async function removeLeftovers(parent: string, files: FileSystem): Promise<void> {
  const names = await files.readdir(parent);
  for (const name of names) {
    const suffix = folderPattern.exec(name)?.[2];
    if (!suffix) continue;
    const complete = name.slice(0, -suffix.length);
    if (suffix === replacedSuffix && !names.includes(complete)) {
      await files.rename(join(parent, name), join(parent, complete));
    } else {
      await files.rm(join(parent, name), { recursive: true, force: true });
    }
  }
}
