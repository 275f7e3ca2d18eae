// Makes names in folders outlast a power loss: of what was renamed into one, of folders that are new.
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
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

/** Makes a folder, and those above it that are missing, so that they last. @throws what the system says, where it fails */
export function makeLastingFolder(folder: string): void {
  const path = resolve(folder);
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  for (let above = dirname(path); above.length >= dirname(first).length; above = dirname(above)) {
    synchroniseFolder(above);
    if (above === dirname(above)) return;
  }
}
