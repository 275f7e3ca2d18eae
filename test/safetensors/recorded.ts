// fixtures/verdicts.json: what the reference library said of every file of the corpus, short enough to be read and kept.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonical, type Verdict } from './verdict.ts';

export interface RecordedFamily {
  files: number;
  /** Of their bytes, one after another: that the verdicts are those of these files. */
  sha256: string;
  /** The files that are accepted, "0-3,7", by what is read in them. All others are refused. */
  accepted: [content: string, files: string][];
}

export const recordedFile = join(import.meta.dirname, 'fixtures', 'verdicts.json');

export const readRecorded = (): Record<string, RecordedFamily> => JSON.parse(readFileSync(recordedFile, 'utf8'));

export function recorded(files: readonly Uint8Array[], verdicts: readonly Verdict[]): RecordedFamily {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file);
  const accepting = verdicts.flatMap((verdict, index) => (verdict ? [{ content: contentOf(verdict), index }] : []));
  const byContent = Map.groupBy(accepting, ({ content }) => content);
  const accepted = [...byContent].map(([content, files]): [string, string] => [
    content,
    ranges(files.map(({ index }) => index)),
  ]);
  return { files: files.length, sha256: hash.digest('hex'), accepted };
}

/** What is read in a file, as text; of a large one its hash. */
export function contentOf(verdict: Verdict): string {
  const text = canonical(verdict);
  return text.length < 1000 ? text : `sha256 ${createHash('sha256').update(text).digest('hex')}`;
}

/** Content of each file that is accepted, by its index. */
export const acceptedOf = ({ accepted }: RecordedFamily): Map<number, string> =>
  new Map(
    accepted.flatMap(([content, text]) =>
      text.split(',').flatMap((part) => {
        const [first = 0, last = first] = part.split('-').map(Number);
        return Array.from({ length: last - first + 1 }, (_, index): [number, string] => [first + index, content]);
      }),
    ),
  );

function ranges(indexes: readonly number[]): string {
  const parts: [first: number, last: number][] = [];
  for (const index of indexes) {
    const part = parts.at(-1);
    if (part && part[1] === index - 1) part[1] = index;
    else parts.push([index, index]);
  }
  return parts.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join();
}
