// Names as text that is safe to show: people and files may call anything anything.
import { printable } from '../../shared/printable.ts';

/** On one line, at most `limit` characters, control and direction characters as escapes. */
export function plain(text: string, limit = 120): string {
  const characters = [...text.slice(0, 2 * limit)];
  const long = characters.length > limit || text.length > 2 * limit;
  return printable(long ? `${characters.slice(0, limit).join('')}…` : text);
}

/** Characters of a name's end that stay in sight, at most and where no word begins among them. */
const longestTail = 18;
const plainTail = 10;

/**
 * A name in two parts, of which the first may be cut short: what it ends with (a seed, a step, a number) tells it apart.
 * A short one is all head. Together they have at most `limit` characters, control and direction characters as escapes.
 */
export function headAndTail(text: string, limit = 120): { head: string; tail: string } {
  // The start and the end are enough of a name that is cut in between.
  const whole = text.length <= 4 * limit;
  const start = [...text.slice(0, 2 * limit)];
  const end = whole ? [...text] : [...text.slice(-2 * limit)];
  if (whole && end.length <= 2 * plainTail) return { head: printable(text), tail: '' };
  const last = end.slice(-longestTail);
  const word = last.findIndex((character, index) => index > 0 && last[index - 1] === ' ' && character !== ' ');
  const tail = word > 0 ? last.slice(word - 1) : last.slice(-plainTail);
  const room = limit - tail.length;
  const head = whole ? end.slice(0, -tail.length) : start;
  const cut = !whole || head.length > room;
  return { head: printable(cut ? `${head.slice(0, room).join('')}…` : head.join('')), tail: printable(tail.join('')) };
}
