// Paths as people type and drop them, and which of them is the store of a lab.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LabError } from '../../../shared/errors.ts';

/** @throws LabError 'request' for one that depends on where somebody is */
export function absolutePath(typed: string): string {
  const text = typed.trim().replace(/^(["'])(.*)\1$/, '$2');
  const path = text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text;
  if (isAbsolute(path) && !path.includes('\0')) return resolve(path);
  throw new LabError('request', `${JSON.stringify(text.slice(0, 200))} is not a full path.`, {
    field: 'path',
    value: text.slice(0, 200),
    remedy: 'Give it from the root of the disk on, as the machine of the lab knows it.',
  });
}

const magic = 'SQLite format 3\0';

/** Whether this is the home folder of a lab, or a database, which only a lab's can be. */
export function isRunStore(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return existsSync(join(path, 'lab.sqlite'));
  if (!status?.isFile() || status.size < magic.length) return false;
  const bytes = Buffer.alloc(magic.length);
  try {
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Whoever reads it next says why it cannot be read.
    return false;
  }
  return bytes.toString('latin1') === magic;
}
