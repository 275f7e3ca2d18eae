// Where the worker's program lies: its source in a checkout, a bundle beside a built lab.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function workerFile(here = dirname(fileURLToPath(import.meta.url))): string {
  const built = join(here, '..', 'worker', 'entry.js');
  return existsSync(built) ? built : join(here, '..', '..', 'worker', 'entry.ts');
}
