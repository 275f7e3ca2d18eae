// Numbers and names as CSV (RFC 4180): full precision, an ASCII minus, and texts that no spreadsheet takes for a formula.
import { printable } from '../shared/printable.ts';

export type Cell = string | number | null | undefined;

export function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map(csvLine).join('');
}

/** With its end. Null is an empty cell; a number has all its digits. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

/** Always on one line. In quotes also where a program may take other signs than the comma for the end of a cell. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = printable(cell);
  const harmless = /^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",;|]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
