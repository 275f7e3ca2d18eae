// The version of this lab, as its package says: beside a checkout's sources or a built lab, some folders up.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function labVersion(here = import.meta.dirname): string {
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version;
  }
  return 'unknown';
}
