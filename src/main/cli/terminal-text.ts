// What the command line writes can neither steer the terminal nor turn or hide what stands beside it, whatever people and files call
// things: such characters are told as JSON tells them, so that JSON stays the same document.
import { invisible } from '../../shared/printable.ts';
import type { Io } from './io.ts';

/** Takes back the line that is being written (see StatusLine). */
export const eraseLine = '\r\x1b[2K';

export function guarded(io: Io): Io {
  return { ...io, out: (text) => io.out(unsteering(text)), err: (text) => io.err(unsteering(text)) };
}

/** Lines may end, those of CSV with CR LF, and an own line may be taken back at the beginning. */
export function unsteering(text: string): string {
  const start = text.startsWith(eraseLine) ? eraseLine : '';
  const harmless = text
    .slice(start.length)
    .replace(invisible, (character, at: number, whole: string) =>
      character === '\n' || (character === '\r' && whole[at + 1] === '\n') ? character : escaped(character),
    );
  return start + harmless;
}

const escaped = (character: string) =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
