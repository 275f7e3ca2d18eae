// Where the programs of other processes lie: their sources in a checkout, bundles beside a built lab.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function workerFile(here = dirname(fileURLToPath(import.meta.url))): string {
  const built = join(here, '..', 'worker', 'entry.js');
  return existsSync(built) ? built : join(here, '..', '..', 'worker', 'entry.ts');
}

/** The thread of a worker that shows that its process lives, whatever blocks it. */
export function heartbeatFile(here = dirname(fileURLToPath(import.meta.url))): string {
  const built = join(here, '..', 'worker', 'heartbeat.js');
  return existsSync(built) ? built : join(here, '..', '..', 'worker', 'heartbeat.ts');
}

/** The program that reads what other labs wrote: their run stores and their bundles. */
export function readerFile(here = dirname(fileURLToPath(import.meta.url))): string {
  const built = join(here, 'reader.js');
  return existsSync(built) ? built : join(here, '..', 'lab', 'reader.ts');
}
