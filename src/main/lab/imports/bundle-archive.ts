// The zip file of a bundle, believed in nothing: every name, kind, size and hash is checked, and what is unpacked lies in a folder
// of its own until all of it is known to hold.
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { type BundleFile, type BundleManifest, manifestPath, parseManifest } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import { plain } from '../text.ts';

/** Those of the manifest's own schema, and the manifest. */
const mostEntries = 200_001;
const largestManifest = 64 * 2 ** 20;
const largestUnpacked = 256 * 2 ** 30;
/** Weights and numbers shrink little; what shrinks like this is made to fill a disk. Small texts may repeat themselves. */
const suspectRatio = 250;
const suspectBytes = 16 * 2 ** 20;
/** Bytes of everything but checkpoints, which are moved and not read. */
const largestRows = 2 ** 30;
/** Bytes that are left free on the disk. */
const leftFree = 2 ** 28;

const remedy = 'Ask for the bundle again; nothing of it was imported.';

export interface OpenBundle {
  manifest: BundleManifest;
  /** Bytes of the zip file. */
  bytes: number;
  /**
   * Unpacks every file of the manifest into a folder, each compared with its size and sha256 on the way.
   * @param tell bytes that are there, of all
   * @throws LabError 'request' at the first that differs
   */
  unpack(folder: string, tell: (done: number, total: number) => Promise<void>): Promise<void>;
  close(): void;
}

/** @throws LabError 'request' for what is no bundle, or names and sizes that no bundle has */
export async function openBundle(path: string): Promise<OpenBundle> {
  const refuse = refusalOf(path);
  const bytes = await sizeOf(path);
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true }).catch((error) => {
    throw refuse(`is no zip file that can be read (${plain(String((error as Error).message), 200)})`);
  });
  try {
    if (zip.entryCount > mostEntries) {
      throw refuse(`says that it holds ${zip.entryCount} files; a bundle has at most ${mostEntries}`);
    }
    const entries = await entriesOf(zip, refuse);
    const manifest = await manifestOf(zip, entries, path);
    const rows = manifest.files.filter(({ path: name }) => !/^runs\/[^/]+\/checkpoints\//.test(name));
    const rowBytes = rows.reduce((sum, file) => sum + file.bytes, 0);
    if (rowBytes > largestRows) {
      throw refuse(`holds ${rowBytes} bytes of curves and results; at most ${largestRows} are taken in at once`);
    }
    const sizes = new Map(manifest.files.map((file) => [file.path, file]));
    for (const name of entries.keys()) {
      if (name !== manifestPath && !sizes.has(name))
        throw refuse(`holds a file that its manifest does not name: ${shownName(name)}`);
    }
    for (const { path: name, bytes: size } of manifest.files) {
      const entry = entries.get(name);
      if (!entry) throw refuse(`does not hold the file ${shownName(name)} that its manifest names`);
      if (entry.uncompressedSize !== size) {
        throw refuse(`says that ${shownName(name)} has ${entry.uncompressedSize} bytes; its manifest says ${size}`);
      }
    }
    return {
      manifest,
      bytes,
      unpack: (folder, tell) => unpack({ zip, entries, folder, refuse, tell }, manifest.files),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** Whether a file begins like a zip file. */
export const isZip = (start: Uint8Array): boolean =>
  start[0] === 0x50 && start[1] === 0x4b && ((start[2] === 3 && start[3] === 4) || (start[2] === 5 && start[3] === 6));

type Refuse = (what: string) => LabError;

const refusalOf =
  (path: string): Refuse =>
  (what) =>
    new LabError('request', `${path} ${what}.`, { field: path, remedy });

const shownName = (name: string) => JSON.stringify(plain(name, 100));

async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => null);
  if (stats?.isFile()) return stats.size;
  throw new LabError('request', `${path} is no file that can be read.`, { field: path, remedy: 'Check the path.' });
}

async function entriesOf(zip: ZipFile, refuse: Refuse): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const seen = new Map<string, string>();
  let unpacked = 0;
  const check = (entry: Entry) => {
    const { fileName: name, compressedSize, uncompressedSize } = entry;
    if (!/^[0-9A-Za-z][\w.-]*(\/[0-9A-Za-z][\w.-]*)*$/.test(name) || name.length > 240) {
      throw refuse(`names a file ${shownName(name)}, which is no plain path inside of the bundle`);
    }
    const kind = (entry.externalFileAttributes >>> 16) & 0xf000;
    if (kind !== 0 && kind !== 0x8000) throw refuse(`holds ${shownName(name)}, which is a link or no plain file`);
    if (entry.isEncrypted()) throw refuse(`holds ${shownName(name)}, which is encrypted`);
    // Some file systems know no difference between cases.
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw refuse(
        other === name
          ? `holds ${shownName(name)} twice`
          : `holds ${shownName(other)} and ${shownName(name)}, which differ in case alone`,
      );
    }
    unpacked += uncompressedSize;
    if (unpacked > largestUnpacked) throw refuse(`would unpack to more than ${largestUnpacked} bytes`);
    if (uncompressedSize > suspectBytes && uncompressedSize > suspectRatio * compressedSize) {
      throw refuse(
        `would unpack ${shownName(name)} from ${compressedSize} bytes to ${uncompressedSize}, as no file of a lab does`,
      );
    }
    if (entries.size === mostEntries) throw refuse(`holds more than ${mostEntries} files`);
    seen.set(name.toLowerCase(), name);
    entries.set(name, entry);
  };
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(refuse(`is damaged (${plain(error.message, 200)})`)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      try {
        check(entry);
        zip.readEntry();
      } catch (error) {
        reject(error);
      }
    });
    zip.readEntry();
  });
}

async function manifestOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, path: string): Promise<BundleManifest> {
  const refuse = refusalOf(path);
  const entry = entries.get(manifestPath);
  if (!entry) {
    throw new LabError('request', `${path} is a zip file, but no bundle of a lab: it holds no ${manifestPath}.`, {
      field: path,
      remedy: 'Choose a bundle that a lab wrote.',
    });
  }
  if (entry.uncompressedSize > largestManifest) throw refuse(`has a manifest of ${entry.uncompressedSize} bytes`);
  const parts: Buffer[] = [];
  await reading(refuse, manifestPath, async () => {
    for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer);
  });
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw refuse(`has a manifest that is no JSON`);
  }
  return parseManifest(value);
}

interface Unpacking {
  zip: ZipFile;
  entries: ReadonlyMap<string, Entry>;
  folder: string;
  refuse: Refuse;
  tell(done: number, total: number): Promise<void>;
}

async function unpack({ zip, entries, folder, refuse, tell }: Unpacking, files: readonly BundleFile[]): Promise<void> {
  const needed = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const { bavail, bsize } = await statfs(dirname(folder));
  if (needed + leftFree > bavail * bsize) {
    throw refuse(`unpacks to ${needed} bytes, and its disk has ${bavail * bsize} left`);
  }
  let done = 0;
  for (const { path, bytes, sha256 } of files) {
    const target = join(folder, ...path.split('/'));
    mkdirSync(dirname(target), { recursive: true });
    const hash = createHash('sha256');
    let length = 0;
    const checked = new Transform({
      transform(part: Buffer, _, next) {
        length += part.length;
        hash.update(part);
        if (length > bytes) next(refuse(`unpacks ${shownName(path)} to more bytes than it says`));
        else tell(done + length, needed).then(() => next(null, part), next);
      },
    });
    await reading(refuse, path, async () =>
      pipeline(
        await zip.openReadStreamPromise(entries.get(path)!),
        checked,
        createWriteStream(target, { flags: 'wx', flush: true }),
      ),
    );
    done += length;
    if (length !== bytes || hash.digest('hex') !== sha256) {
      throw refuse(`holds a ${shownName(path)} that does not have the hash that its manifest says`);
    }
  }
}

async function reading(refuse: Refuse, name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw refuse(`is damaged at ${shownName(name)} (${plain(String((error as Error).message), 200)})`);
  }
}
