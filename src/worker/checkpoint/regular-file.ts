// Opens a file for reading only when it is an ordinary file, and reads exact ranges of it. A folder, a FIFO, a device
// or a link to one is refused by what it is, without being opened: opening a FIFO waits, opening a device may act.
import type { Stats } from 'node:fs';
import { constants, readSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { systemFault } from '../../shared/system-faults.ts';
import { refusal } from './refusal.ts';

export interface RegularFile {
  path: string;
  handle: FileHandle;
  bytes: number;
}

/** @throws LabError 'checkpoint' saying what the path is instead */
export async function openRegularFile(path: string): Promise<RegularFile> {
  try {
    refuseOtherThanFile(path, await stat(path));
    // O_NONBLOCK: were the file exchanged for a FIFO just now, opening it would not wait. Windows does not have it.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      refuseOtherThanFile(path, stats);
      return { path, handle, bytes: stats.size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    const reason = systemFault(error);
    throw reason ? refusal(path, `cannot be opened: ${reason}`) : error;
  }
}

function refuseOtherThanFile(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a FIFO (named pipe)'
      : stats.isSocket()
        ? 'a socket'
        : 'a device';
  throw refusal(path, `is ${kind}, not a file`, { value: kind });
}

/**
 * Fills `target` from `position` on.
 * @throws LabError 'checkpoint' when the file ends before or the disk cannot be read
 */
export async function readExactly(file: RegularFile, target: Uint8Array, position: number): Promise<void> {
  // One read of more than 2^31 − 1 bytes is refused by the system.
  const largestRead = 1 << 30;
  for (let done = 0; done < target.length; ) {
    const length = Math.min(target.length - done, largestRead);
    const { bytesRead } = await file.handle.read(target, done, length, position + done).catch((error) => {
      throw refusal(file.path, `cannot be read: ${systemFault(error) ?? String(error)}`);
    });
    if (bytesRead === 0) throw refusal(file.path, `ends at byte ${position + done}; it was cut off while being read`);
    done += bytesRead;
  }
}

/** readExactly for the small pieces of a header, which is read as it is understood. */
export function readExactlySync(file: RegularFile, target: Uint8Array, position: number): void {
  for (let done = 0; done < target.length; ) {
    const bytesRead = readOnceSync(file, target.subarray(done), position + done);
    if (bytesRead === 0) throw refusal(file.path, `ends at byte ${position + done}; it was cut off while being read`);
    done += bytesRead;
  }
}

function readOnceSync(file: RegularFile, target: Uint8Array, position: number): number {
  try {
    return readSync(file.handle.fd, target, 0, target.length, position);
  } catch (error) {
    throw refusal(file.path, `cannot be read: ${systemFault(error) ?? String(error)}`);
  }
}
