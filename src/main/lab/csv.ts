// Lines of CSV by RFC 4180, safe to open in a spreadsheet.
import { plain } from './text.ts';

export type Cell = string | number | null | undefined;

/** With its end. Null is an empty cell; a number has all its digits. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A text never begins like a formula, and what would turn or break the line is an escape. */
function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = plain(cell, 20_000);
  const harmless = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
