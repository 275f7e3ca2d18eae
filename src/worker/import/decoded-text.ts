// The text of a file, whichever of the usual encodings it is in: UTF-8, with or without a mark, and UTF-16 with one.
import { type TextFault, Utf8Reader } from '../data/utf8.ts';
import { refuse } from './refusals.ts';

const remedy = 'Save it as UTF-8, or choose a TensorBoard event file, a CSV file, or a JSON history.';

/** @throws LabError 'request' at what is no text, with its place in bytes */
export async function* decoded(path: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let reader: TextReader | null = null;
  for await (const piece of pieces) {
    reader ??= readerOf(path, piece);
    yield reader.push(piece);
  }
  if (reader) yield reader.end();
}

interface TextReader {
  push(piece: Buffer): string;
  end(): string;
}

function readerOf(path: string, [first, second]: Buffer): TextReader {
  if (first === 0xff && second === 0xfe) return utf16Reader(path, 'utf-16le');
  if (first === 0xfe && second === 0xff) return utf16Reader(path, 'utf-16be');
  return new Utf8Reader(path, 0, ({ kind, offset, byte }: TextFault) => {
    const what = {
      byte: `is not UTF-8 text: the byte ${byte} at offset ${offset} starts no character`,
      NUL: `holds a zero byte at offset ${offset}, so it is no text`,
      'UTF-16': `is UTF-16 or UTF-32 text without a mark (seen at byte offset ${offset})`,
    };
    return refuse(path, what[kind], remedy);
  });
}

function utf16Reader(path: string, encoding: 'utf-16le' | 'utf-16be'): TextReader {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  const read = (piece?: Buffer): string => {
    const from = offset;
    offset += piece?.length ?? 0;
    const fault = (what: string) => refuse(path, `${what} between its bytes ${from} and ${offset}`, remedy);
    let text: string;
    try {
      text = decoder.decode(piece, { stream: piece !== undefined });
    } catch {
      throw fault('is not UTF-16 text');
    }
    if (text.includes('\0')) throw fault('holds a zero character');
    return text;
  };
  return { push: read, end: () => read() };
}
