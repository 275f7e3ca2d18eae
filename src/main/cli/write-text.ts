// Files that a person asked for.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { systemFault } from '../../shared/system-faults.ts';
import { makeFolders } from '../synchronise-folder.ts';

/** Whole or not at all; a file of that name is replaced. @throws LabError 'request' when it cannot be written */
export function writeText(file: string, text: string | Iterable<string>): void {
  const unfinished = `${file}.new`;
  try {
    makeFolders(dirname(file));
    writeFileSync(unfinished, '');
    for (const part of typeof text === 'string' ? [text] : text) writeFileSync(unfinished, part, { flag: 'a' });
    renameSync(unfinished, file);
  } catch (thrown) {
    if (existsSync(unfinished)) rmSync(unfinished, { force: true });
    const fault = systemFault(thrown);
    if (fault === null) throw thrown;
    throw new LabError('request', `${file} cannot be written: ${fault}.`, {
      field: file,
      remedy: 'Make room there, or name a file in a folder that this user may write to.',
    });
  }
}
