// A zip file's entries in memory, for tests.
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';

export interface ZipEntry {
  path: string;
  data: Buffer;
}

export async function readZip(file: string): Promise<ZipEntry[]> {
  const zip = await openPromise(file);
  const entries: ZipEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push({ path: entry.fileName, data: await buffer(await zip.openReadStreamPromise(entry)) });
  }
  return entries;
}
