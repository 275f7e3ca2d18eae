// Makes names in folders outlast a power loss: of what was renamed into one, of folders that are new.
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Windows cannot open folders and needs no such call. @throws what the system says, where it fails */
export function synchroniseFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes a folder, and those above it that are missing. Node's own recursive call does so without an end where a folder that is
 * there lets nothing be made in it (/proc, a root of automatic mounts).
 * @returns the first that was made; undefined where all were there
 * @throws what the system says, where it fails
 */
export function makeFolders(folder: string): string | undefined {
  const path = resolve(folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const first = dirname(path) === path ? undefined : makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (thrown) {
    // Another program may have made it just now.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw thrown;
  }
  return first ?? path;
}

/** Makes a folder, and those above it that are missing, so that they last. @throws what the system says, where it fails */
export function makeLastingFolder(folder: string): void {
  const path = resolve(folder);
  const first = makeFolders(path);
  if (first === undefined) return;
  for (let above = dirname(path); above.length >= dirname(first).length; above = dirname(above)) {
    synchroniseFolder(above);
    if (above === dirname(above)) return;
  }
}
