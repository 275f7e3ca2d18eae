// A file in pieces, hashed on the way. Anything that is not a plain file is refused: reading a pipe might never end.
import type { Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { LabError } from '../../shared/errors.ts';
import { refuse, stopped } from './refusals.ts';

const pieceBytes = 2 ** 20;
/** A file of curves is far smaller; what is larger is something else. */
export const largestFile = 16 * 2 ** 30;

/** A piece is overwritten by the next. */
export async function* readPieces(path: string, hash: Hash, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await opened(path);
  const buffer = Buffer.allocUnsafe(pieceBytes);
  try {
    for (;;) {
      if (signal.aborted) throw stopped(path);
      const { bytesRead } = await file.read(buffer, 0, pieceBytes);
      if (bytesRead === 0) return;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      yield piece;
    }
  } catch (error) {
    throw error instanceof LabError ? error : unreadable(path, error);
  } finally {
    await file.close();
  }
}

/** The first bytes of a file, and how long it is. */
export async function startOf(path: string, length: number): Promise<{ start: Buffer; bytes: number }> {
  const file = await opened(path);
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return { start: buffer.subarray(0, bytesRead), bytes: size };
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    const { constants } = await import('node:fs');
    // Without waiting: opening a pipe that nobody writes to would never return.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile())
      throw refuse(path, 'is no plain file', 'Choose a file, or a folder of TensorBoard event files.');
    if (stats.size > largestFile) {
      throw refuse(path, `has ${stats.size} bytes, more than the ${largestFile} that an import reads`, 'Export less.');
    }
    return file;
  } catch (error) {
    await file?.close();
    throw error instanceof LabError ? error : unreadable(path, error);
  }
}

export function unreadable(path: string, error: unknown): LabError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = { ENOENT: 'does not exist', EACCES: 'may not be read' };
  return refuse(path, reasons[code ?? ''] ?? `cannot be read (${code ?? message})`, 'Check the path.');
}
