// The records of a TFRecord file: length (8 bytes), masked CRC of it, data, masked CRC of it; all little-endian.

import { maskedCrc32c } from './crc32c.ts';
import { refuse } from './refusals.ts';

const head = 12;
const tail = 4;
/** Images and graphs are records too; a scalar has some hundred bytes. */
const largestRecord = 2 ** 28;

/** Whether a file begins as one of records. */
export function beginsWithRecord(start: Uint8Array): boolean {
  if (start.length < head) return false;
  const view = new DataView(start.buffer, start.byteOffset);
  return view.getUint32(8, true) === maskedCrc32c(start.subarray(0, 8));
}

/**
 * Each whole record. The last one may be cut off, as in the file of a run that is being written or was killed: `cut` is told
 * its position.
 * @throws LabError 'request' at a record whose sums are not those of its bytes, or that claims to be very large
 */
export async function* records(
  path: string,
  pieces: AsyncIterable<Buffer>,
  cut: (position: number) => void,
): AsyncGenerator<Uint8Array> {
  let held: Buffer[] = [];
  let length = 0;
  let position = 0;
  let wanted = head;
  for await (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length < wanted) continue;
    let buffer = held.length === 1 ? held[0]! : Buffer.concat(held);
    for (;;) {
      wanted = buffer.length < head ? head : head + checkedLength(path, buffer, position) + tail;
      if (buffer.length < wanted) break;
      const data = buffer.subarray(head, wanted - tail);
      if (buffer.readUInt32LE(wanted - tail) !== maskedCrc32c(data)) throw damaged(path, position, 'its bytes');
      yield data;
      buffer = buffer.subarray(wanted);
      position += wanted;
    }
    held = [buffer];
    length = buffer.length;
  }
  if (length > 0) cut(position);
}

function checkedLength(path: string, buffer: Buffer, position: number): number {
  if (buffer.readUInt32LE(8) !== maskedCrc32c(buffer.subarray(0, 8))) throw damaged(path, position, 'its length');
  const length = buffer.readBigUInt64LE(0);
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
