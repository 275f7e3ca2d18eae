// Files that a person asked for.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../../shared/errors.ts';

/** Whole or not at all; a file of that name is replaced. @throws LabError 'request' when it cannot be written */
export function writeText(file: string, text: string | Iterable<string>): void {
  const unfinished = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(unfinished, '');
    for (const part of typeof text === 'string' ? [text] : text) writeFileSync(unfinished, part, { flag: 'a' });
    renameSync(unfinished, file);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    if (!(thrown instanceof Error && 'syscall' in thrown)) throw thrown;
    throw new LabError('request', `${file} cannot be written (${(thrown as NodeJS.ErrnoException).code}).`, {
      field: file,
      remedy: 'Name a file in a folder that this user may write to.',
    });
  }
}
