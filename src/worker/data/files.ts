// Files of a folder in a fixed order, and the bytes of a file in chunks. What is no plain file is refused by name; a file that
// changes while it is read is refused too, for nobody could prepare the same corpus again.
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';

export interface FoundFile {
  path: string;
  /** Names from the walked folder down to the file; just the file's name when the file itself was walked. */
  names: string[];
  bytes: number;
}

export const chunkBytes = 1 << 18;

/**
 * The file, or the files of the folder, depth first by name in code unit order. Names that begin with a dot are skipped;
 * a folder that was already walked (a symbolic link loop) too. `skip` hears the reason of each.
 * @throws LabError 'corpus' at what cannot be read, and at pipes, sockets and devices.
 */
export function* walk(root: string, skip: (reason: string) => void): Generator<FoundFile> {
  const walked = new Set<string>();
  const roots = [[root, []] as [string, string[]]];
  for (let next = roots.pop(); next; next = roots.pop()) {
    const [path, names] = next;
    const status = look(path, names.length > 0);
    if (status === 'loop') {
      skip('symbolic link loops');
    } else if (status.isFile()) {
      yield { path, names: names.length > 0 ? names : [root.split(/[\\/]/).at(-1)!], bytes: status.size };
    } else if (status.isDirectory()) {
      const identity = `${status.dev}:${status.ino}`;
      if (walked.has(identity)) {
        skip('symbolic link loops');
        continue;
      }
      walked.add(identity);
      for (const name of namesIn(path).reverse()) {
        if (name.startsWith('.')) skip('hidden files');
        else roots.push([join(path, name), [...names, name]]);
      }
    } else {
      throw notAFile(path, status);
    }
  }
}

/**
 * The bytes of a plain file, in order, `chunkBytes` at a time. A chunk is overwritten by the next.
 * @throws LabError 'corpus' when the file is none, cannot be read, or changes while it is read.
 */
export function* readChunks(path: string): Generator<Buffer> {
  // Without O_NONBLOCK opening a pipe would wait for its writer for ever.
  const file = attempt(path, () => openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const before = fstatSync(file);
    if (!before.isFile()) throw notAFile(path, before);
    const buffer = Buffer.allocUnsafe(chunkBytes);
    let offset = 0;
    while (offset < before.size) {
      const wanted = Math.min(buffer.length, before.size - offset);
      const count = attempt(path, () => readSync(file, buffer, 0, wanted, offset));
      if (count === 0) throw changed(path, `was ${before.size} bytes long and ended at byte offset ${offset}`);
      yield buffer.subarray(0, count);
      offset += count;
    }
    const after = fstatSync(file);
    if (after.size !== before.size) throw changed(path, `went from ${before.size} to ${after.size} bytes`);
    if (after.mtimeMs !== before.mtimeMs) throw changed(path, 'was written to');
  } finally {
    closeSync(file);
  }
}

function look(path: string, mayLoop: boolean): Stats | 'loop' {
  try {
    return statSync(path);
  } catch (error) {
    if (mayLoop && (error as NodeJS.ErrnoException).code === 'ELOOP') return 'loop';
    throw unreadable(path, error);
  }
}

/** @throws LabError 'corpus' at a name that is not UTF-8, by which no file can be opened */
function namesIn(folder: string): string[] {
  const names = attempt(folder, () => readdirSync(folder, { encoding: 'buffer' }));
  const wrong = names.find((name) => !isUtf8(name));
  if (wrong) throw badName(folder, wrong);
  return names.map(String).sort((a, b) => (a < b ? -1 : 1));
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): LabError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const what =
    code === 'ENOENT'
      ? 'does not exist, or is a link to nothing'
      : code === 'EACCES' || code === 'EPERM'
        ? 'may not be read by this user'
        : `cannot be read (${code})`;
  return new LabError('corpus', `${path} ${what}.`, {
    field: path,
    value: code,
    remedy: 'Name a text file, a .jsonl file or a folder that can be read.',
  });
}

function notAFile(path: string, status: Stats): LabError {
  const kind = status.isFIFO()
    ? 'a pipe'
    : status.isSocket()
      ? 'a socket'
      : status.isDirectory()
        ? 'a folder'
        : 'a device';
  return new LabError('corpus', `${path} is ${kind}, and only plain files are read.`, {
    field: path,
    value: kind,
    remedy: 'Write its text into a file first, or leave it out of the corpus.',
  });
}

function badName(folder: string, name: Buffer): LabError {
  const readable = name.toString('latin1');
  return new LabError(
    'corpus',
    `${folder} holds a file whose name is not UTF-8: ${JSON.stringify(readable)} in Latin-1.`,
    {
      field: folder,
      value: readable,
      remedy: 'Rename it, or leave it out of the corpus.',
    },
  );
}

function changed(path: string, how: string): LabError {
  return new LabError('corpus', `${path} changed while it was read: it ${how}.`, {
    field: path,
    remedy: 'Prepare the corpus again when nothing writes to the file.',
  });
}
