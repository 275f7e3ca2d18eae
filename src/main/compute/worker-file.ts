// Where the programs of other processes lie: their sources in a checkout, bundles beside a built lab.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function workerFile(here = dirname(fileURLToPath(import.meta.url))): string {
  const built = join(here, '..', 'worker', 'entry.js');
  return existsSync(built) ? built : join(here, '..', '..', 'worker', 'entry.ts');
}

/** The program that lists the runs of another lab's store. */
export function storeReaderFile(here = dirname(fileURLToPath(import.meta.url))): string {
  const built = join(here, 'run-store-reader.js');
  return existsSync(built) ? built : join(here, '..', 'store', 'run-store-reader.ts');
}
