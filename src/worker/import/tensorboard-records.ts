// The records of a TFRecord file: length (8 bytes), masked CRC of it, data, masked CRC of it; all little-endian.
import { crc32c, masked } from './crc32c.ts';
import { PieceQueue } from './piece-queue.ts';
import { refuse } from './refusals.ts';

const head = 12;
const tail = 4;
/** A scalar has some hundred bytes; images and graphs are records too, and are passed over where they are larger than this. */
const largestHeld = 2 ** 22;
/** No message of protobuf is larger. */
const largestRecord = 2 ** 31;

/** Whether a file begins as one of records. */
export function beginsWithRecord(start: Uint8Array): boolean {
  if (start.length < head) return false;
  const view = new DataView(start.buffer, start.byteOffset);
  return view.getUint32(8, true) === masked(crc32c(start.subarray(0, 8)));
}

export interface RecordListener {
  /** The last record is cut off, as in the file of a run that is being written or was killed. */
  cut(position: number): void;
  /** A record is too large to be one of scalars and was passed over. */
  passed(position: number, bytes: number): void;
}

/**
 * Each whole record with the position of its first byte, as a view that the next overwrites; at most some megabytes are held.
 * @throws LabError 'request' at a record whose sums are not those of its bytes, or that claims to be larger than any
 */
export async function* records(
  path: string,
  pieces: AsyncIterable<Buffer>,
  listener: RecordListener,
): AsyncGenerator<{ data: Uint8Array; position: number }> {
  const queue = new PieceQueue(pieces);
  let position = 0;
  const has = async (bytes: number) => queue.length >= bytes || (await queue.fill(bytes));
  try {
    while (await has(head)) {
      const length = checkedLength(path, queue.take(head), position);
      // Its sum too, so that nothing is waited for while the view of it lasts.
      const held = length <= largestHeld && (await has(length + tail)) ? queue.take(length) : null;
      const sum = held ? crc32c(held) : await passOver(queue, length);
      if (sum === null || !(await has(tail))) return listener.cut(position);
      if (queue.take(tail).readUInt32LE() !== masked(sum)) throw damaged(path, position, 'its bytes');
      if (held) yield { data: held, position };
      else listener.passed(position, length);
      position += head + length + tail;
    }
    if (queue.length > 0) listener.cut(position);
  } finally {
    await queue.close();
  }
}

/** The sum of bytes that are not kept; null where the file ends before. */
async function passOver(queue: PieceQueue, length: number): Promise<number | null> {
  let sum = 0;
  for (let left = length; left > 0; ) {
    if (queue.length === 0 && !(await queue.fill(1))) return null;
    const part = queue.take(left);
    sum = crc32c(part, sum);
    left -= part.length;
  }
  return sum;
}

function checkedLength(path: string, start: Buffer, position: number): number {
  if (start.readUInt32LE(8) !== masked(crc32c(start.subarray(0, 8)))) throw damaged(path, position, 'its length');
  const length = start.readBigUInt64LE(0);
  if (length <= largestRecord) return Number(length);
  throw refuse(
    path,
    `has a record of ${length} bytes at byte ${position}; the largest that is read has ${largestRecord}`,
    'Choose a TensorBoard event file.',
    String(length),
  );
}

const damaged = (path: string, position: number, what: string) =>
  refuse(
    path,
    `is damaged: the record at byte ${position} does not have the checksum of ${what}`,
    'Copy the file again from where it was written.',
  );
