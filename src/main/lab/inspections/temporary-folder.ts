// A folder for what is read once: copies of stores, files that a page hands over. It goes when the lab closes; of a lab that was
// killed it goes when the next one opens.
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  /** A new folder in it, empty. */
  make(): string;
  remove(): void;
}

/** What cannot go now, because somebody else has it open or it is theirs, stands in nobody's way: it goes another time. */
export function takeAway(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It lies where everything goes when the lab closes or the next one opens.
  }
}

/** In a home, which one lab has at a time: whatever lies there already is of one that is gone. */
export function temporaryFolderAt(folder: string): TemporaryFolder {
  const remove = () => takeAway(folder);
  remove();
  return {
    make() {
      mkdirSync(folder, { recursive: true });
      return mkdtempSync(join(folder, 'read-'));
    },
    remove,
  };
}

const start = 'simbal-read-';
/** Milliseconds after which nobody reads any more what is in a folder of the system's. */
const abandoned = 24 * 3600 * 1000;

/** Where there is no home: in the system's own folder, shared with every other one. */
export function systemTemporaryFolder(parent = tmpdir()): TemporaryFolder {
  const made: string[] = [];
  for (const name of readdirSync(parent).filter((other) => other.startsWith(start))) {
    const folder = join(parent, name);
    const { mtimeMs } = lstatSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > abandoned) takeAway(folder);
  }
  return {
    make() {
      const folder = mkdtempSync(join(parent, start));
      made.push(folder);
      return folder;
    },
    remove() {
      for (const folder of made.splice(0)) takeAway(folder);
    },
  };
}
