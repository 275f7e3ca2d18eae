// A folder that appears whole or not at all: filled under another name beside its place, made to last, then renamed.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../../shared/errors.ts';

/**
 * Calls `fill` with a temporary folder, whose files it must have fsynced, and renames it to `folder`.
 * @throws LabError 'corpus' when the folder exists, cannot be made, or the disk is full; what `fill` throws otherwise.
 */
export async function createFolder<T>(folder: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  const parent = dirname(resolve(folder));
  const prefix = `.${basename(folder)}.preparing-`;
  if (existsSync(folder)) throw exists(folder);
  let temporary: string | null = null;
  try {
    mkdirSync(parent, { recursive: true });
    removeAbandoned(parent, prefix);
    temporary = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
    const result = await fill(temporary);
    syncFolder(temporary);
    if (existsSync(folder)) throw exists(folder);
    renameSync(temporary, folder);
    syncFolder(parent);
    return result;
  } catch (error) {
    if (temporary) rmSync(temporary, { recursive: true, force: true });
    throw explained(error, folder);
  }
}

/** Removes what a process that no longer runs has left behind. */
function removeAbandoned(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    const process = name.startsWith(prefix) && Number.parseInt(name.slice(prefix.length), 10);
    if (process && !isRunning(process)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Makes the names in a folder last. Windows has no such call, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function exists(folder: string): LabError {
  return new LabError('corpus', `${folder} exists already, and a prepared corpus is never overwritten.`, {
    field: 'folder',
    value: folder,
    remedy: 'Choose another name, or remove the corpus first.',
  });
}

function explained(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LabError('corpus', `The disk is full: the corpus could not be written to ${folder}.`, {
      field: 'folder',
      value: folder,
      remedy: 'Make room and prepare it again; nothing was left behind.',
    });
  }
  if (code === 'EEXIST' || code === 'ENOTEMPTY') return exists(folder);
  if (error instanceof LabError || code === undefined) return error;
  return new LabError('corpus', `The corpus could not be written to ${folder} (${code}).`, {
    field: 'folder',
    value: folder,
    remedy: 'Choose a folder that this user may write to.',
  });
}
