// The lines of a .jsonl file as records, each with its place for the messages. Lines are bounded, for a line is parsed whole.
import { LabError } from '../../shared/errors.ts';
import { readChunks } from './files.ts';
import { Utf8Reader } from './utf8.ts';

export const longestLine = 16 * 2 ** 20;

export interface JsonLine {
  record: Record<string, unknown>;
  /** "file.jsonl, line 3 at byte offset 120". */
  place: string;
  /** Offset in the file of the line's end. */
  end: number;
}

/** Every line that is not blank. @throws LabError 'corpus' at a line that is too long, not UTF-8 or no JSON object. */
export function* readJsonLines(path: string): Generator<JsonLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  let start = 0;

  const finish = (): JsonLine | null => {
    const place = `${path}, line ${number} at byte offset ${start}`;
    const reader = new Utf8Reader(path, start);
    const text = reader.push(Buffer.concat(parts)) + reader.end();
    number++;
    start += length;
    parts = [];
    length = 0;
    return text.trim() === '' ? null : { record: parse(text, place), place, end: start };
  };

  for (const chunk of readChunks(path)) {
    let from = 0;
    while (from < chunk.length) {
      const newline = chunk.indexOf(10, from);
      const to = newline < 0 ? chunk.length : newline + 1;
      parts.push(Buffer.from(chunk.subarray(from, to)));
      length += to - from;
      if (length > longestLine) throw tooLong(path, number, start);
      from = to;
      if (newline >= 0) {
        const line = finish();
        if (line) yield line;
      }
    }
  }
  const last = finish();
  if (last) yield last;
}

function parse(text: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LabError('corpus', `${place}: this is not JSON (${(error as Error).message}).`, {
      field: place,
      value: text.slice(0, 80),
      remedy: 'Mend the line: each holds one JSON object.',
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new LabError('corpus', `${place}: this is JSON but not an object.`, {
    field: place,
    value: text.slice(0, 80),
    remedy: 'Mend the line: each holds one JSON object.',
  });
}

function tooLong(path: string, number: number, start: number): LabError {
  return new LabError(
    'corpus',
    `${path}, line ${number} at byte offset ${start}: the line is longer than ${longestLine} bytes, the most that is parsed.`,
    { field: path, remedy: 'Keep such a text as a file of its own; plain text may have lines of any length.' },
  );
}
