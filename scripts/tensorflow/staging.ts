// The folder of a set-up appears whole or not at all: it is made beside its place and renamed at the end.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

export const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Folders that a set-up was making, or putting aside, when it was killed. */
function leftovers(folder: string): string[] {
  if (!existsSync(dirname(folder))) return [];
  return readdirSync(dirname(folder))
    .filter((name) => name.startsWith(`${basename(folder)}.part-`))
    .filter((name) => !isAlive(Number(name.split('-').at(-1))))
    .map((name) => join(dirname(folder), name));
}

/** Lets `make` fill a folder, puts it in the place of `folder`, and leaves nothing behind where that fails. */
export async function staged<T>(folder: string, make: (staging: string) => Promise<T>): Promise<T> {
  leftovers(folder).forEach(remove);
  const staging = `${folder}.part-${process.pid}`;
  const aside = `${folder}.part-old-${process.pid}`;
  mkdirSync(staging, { recursive: true });
  try {
    const made = await make(staging);
    if (existsSync(folder)) renameSync(folder, aside);
    renameSync(staging, folder);
    return made;
  } finally {
    remove(staging);
    remove(aside);
  }
}

/** Takes the set-up away, with what interrupted ones left. @returns what it did, in a sentence */
export function removeTensorflow(folder: string): string {
  const found = [folder, ...leftovers(folder)].filter(existsSync);
  if (found.length === 0) return `TensorFlow is not set up: there is no ${folder}.`;
  const bytes = found.reduce((sum, each) => sum + bytesBelow(each), 0);
  found.forEach(remove);
  return `Removed ${folder}, which gives ${megabytes(bytes)} back. The engine "tensorflow" is gone.`;
}
