// A disk of a few megabytes that can be filled and freed, where this user may mount one (root on Linux).
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './example-home.ts';

export interface SmallDisk {
  folder: string;
  /** Until nothing more fits, but for so many bytes. */
  fill(left?: number): void;
  free(): void;
  remove(): void;
}

/** Mounts one over `folder`, which is made where it is missing. */
export function smallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = mount(folder, megabytes);
  if (status !== 0) throw new Error(`No disk could be mounted: ${stderr}`);
  const files = ['ballast', 'ballast-left'].map((name) => join(folder, name));
  return {
    folder,
    fill(left = 0) {
      const [ballast, spare] = files as [string, string];
      write(spare, left);
      write(ballast, Number.POSITIVE_INFINITY);
      rmSync(spare);
    },
    free: () => {
      for (const file of files) rmSync(file, { force: true });
    },
    remove: () => void unmount(folder),
  };
}

/** What keeps that from being done here: tried, not guessed. Null where nothing does. */
export function diskMissing(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux mounts a disk';
  const { folder, remove } = temporaryFolder();
  try {
    if (mount(folder, 1).status !== 0) return 'no right to mount a disk';
    return unmount(folder).status === 0 ? null : 'no umount';
  } finally {
    remove();
  }
}

const mount = (folder: string, megabytes: number) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { encoding: 'utf8' });

/** Lazily: a process that was killed may still be letting go of it. */
const unmount = (folder: string) => spawnSync('umount', ['-l', folder]);

/** So many bytes, or as many as fit, down to the last. */
function write(path: string, bytes: number): void {
  const file = openSync(path, 'w');
  try {
    for (let done = 0, part = 1 << 16; done < bytes && part > 0; ) {
      try {
        done += writeSync(file, Buffer.alloc(Math.min(part, bytes - done), 1));
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
        part >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}
