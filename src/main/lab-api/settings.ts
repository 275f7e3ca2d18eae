// The few settings that are the lab's and not a page's, in a small file of its home folder.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calls, type Settings } from '../../shared/api.ts';
import { LabError } from '../../shared/errors.ts';
import { keepAll } from '../../shared/retention.ts';
import { systemFault } from '../../shared/system-faults.ts';

const defaults: Settings = { concurrency: 1, engine: 'auto', retention: keepAll };

const fileOf = (home: string) => join(home, 'settings.json');

/** A file that is missing or holds anything else counts as the defaults. */
export function readSettings(home: string): Settings {
  try {
    const { data } = calls.settings.set.input.safeParse(JSON.parse(readFileSync(fileOf(home), 'utf8')));
    return {
      concurrency: data?.concurrency ?? defaults.concurrency,
      engine: data?.engine ?? defaults.engine,
      retention: data?.retention ?? defaults.retention,
    };
  } catch {
    return defaults;
  }
}

/** @throws LabError 'store' */
export function writeSettings(home: string, settings: Settings): void {
  const file = fileOf(home);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(settings, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (thrown) {
    throw new LabError('store', `The settings cannot be written: ${systemFault(thrown) ?? String(thrown)}.`, {
      field: file,
      remedy: 'Make room on the disk, or make the folder writable, and try again.',
    });
  }
}
