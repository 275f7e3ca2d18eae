// Names as text that is safe to show: people and files may call anything anything.
import { printable } from '../../shared/config/problems.ts';

/** On one line, at most `limit` characters, control and direction characters as escapes. */
export function plain(text: string, limit = 120): string {
  const characters = [...text.slice(0, 2 * limit)];
  const long = characters.length > limit || text.length > 2 * limit;
  return printable(long ? `${characters.slice(0, limit).join('')}…` : text);
}
