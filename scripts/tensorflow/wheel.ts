// Takes files out of a wheel, each checked against the hash that the wheel's own RECORD has for it.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { LabError } from '../../src/shared/errors.ts';
import { sentence } from './program.ts';

/** sha256 of a file, in hexadecimal. */
export async function fileHash(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

/** RECORD: a line a file, "path,sha256=<base64url without padding>,bytes"; paths with commas are quoted. Hashes by path. */
export function recordedHashes(record: string): Map<string, string> {
  const lines = record.split(/\r?\n/).map((line) => /^"?(.*?)"?,sha256=([\w-]+),\d*$/.exec(line));
  return new Map(lines.flatMap((found) => (found ? [[found[1]!, found[2]!] as const] : [])));
}

export interface WheelContent {
  /** METADATA: what the wheel is, and what it wants beside it. */
  metadata: string;
  /** Paths of what was taken out, below the folder. */
  files: string[];
}

/**
 * Unpacks the files that `wanted` picks into `folder`, under their paths in the wheel.
 * @throws LabError 'engine' when the file is no wheel, or one of its files is not what its RECORD says.
 */
export async function unpackWheel(
  path: string,
  folder: string,
  wanted: (file: string) => boolean,
  signal?: AbortSignal,
): Promise<WheelContent> {
  const zip = await openWheel(path);
  try {
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    const own = async (name: string) => {
      const entry = [...entries.keys()].find((file) => file.endsWith(`.dist-info/${name}`));
      if (entry === undefined) throw noWheel(path, `it has no ${name}`);
      return text(await open(zip, entries.get(entry)!));
    };
    const hashes = recordedHashes(await own('RECORD'));
    const metadata = await own('METADATA');
    const files = [...entries.keys()].filter((file) => !file.endsWith('/') && wanted(file));
    for (const file of files) {
      const target = join(folder, file);
      mkdirSync(dirname(target), { recursive: true });
      const hash = createHash('sha256');
      const source = await open(zip, entries.get(file)!);
      source.on('data', (chunk: Buffer) => hash.update(chunk));
      await pipeline(source, createWriteStream(target), { signal });
      if (hash.digest('base64url') !== hashes.get(file)) throw notAsRecorded(file, basename(path));
    }
    return { metadata, files };
  } finally {
    zip.close();
  }
}

export const notAsRecorded = (file: string, where: string): LabError =>
  new LabError('engine', `${file} in ${where} is not what its RECORD says: its sha256 differs, or is not there.`, {
    field: file,
    remedy: 'Fetch TensorFlow anew; do not use this copy.',
  });

const open = (zip: ZipFile, entry: Entry): Promise<Readable> => zip.openReadStreamPromise(entry);

const noWheel = (path: string, why: string): LabError =>
  new LabError('engine', `${path} is no wheel: ${sentence(why)}`, {
    field: '--wheel',
    value: path,
    remedy: 'Give the path of a file such as tensorflow_cpu-2.21.0-….whl.',
  });

async function openWheel(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (thrown) {
    throw noWheel(path, LabError.from(thrown).message);
  }
}
