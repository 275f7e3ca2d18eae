// Names as text that is safe to show: people and files may call a run anything.
import { printable } from '../../shared/printable.ts';

export { quoted } from '../../shared/command-line.ts';

const longest = 120;

/** Short, on one line, control and direction characters as escapes. */
export function plain(text: string, limit = longest): string {
  const characters = [...text.slice(0, 2 * limit)];
  const long = characters.length > limit || text.length > 2 * limit;
  return printable(long ? `${characters.slice(0, limit).join('')}…` : text);
}

/** The same in quotation marks. */
export const shown = (text: string): string => `"${plain(text)}"`;
