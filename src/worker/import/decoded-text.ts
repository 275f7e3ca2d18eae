// The text of a file, whichever of the usual encodings it is in: UTF-8, with or without a mark, and UTF-16 with one.
import { refuse } from './refusals.ts';

export async function* decoded(path: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  const push = (piece?: Buffer) => {
    try {
      return decoder!.decode(piece, { stream: piece !== undefined });
    } catch {
      throw refuse(
        path,
        `is not ${decoder!.encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'} text`,
        'Save it as UTF-8, or choose a TensorBoard event file, a CSV file, or a JSON history.',
      );
    }
  };
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece), { fatal: true });
    const text = push(piece);
    if (text.includes('\0')) {
      throw refuse(
        path,
        'holds zero bytes, so it is no text',
        'Choose a TensorBoard event file, a CSV file, or a JSON history.',
      );
    }
    yield text;
  }
  if (decoder) yield push();
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
