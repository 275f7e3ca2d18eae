// Histories in JSON: a line an object, as Weights & Biases keeps them; one list of objects; one object of columns, as pandas
// writes a frame; or TensorBoard's list of [time, step, value].
import type { RecordingFormat } from '../../shared/imports.ts';
import { refuse } from './refusals.ts';
import { numberOf, Table } from './table.ts';
import type { Tracks } from './tracks.ts';

const longestLine = 16 * 2 ** 20;
/** JSON that is one document is held whole, and its values take up to some thirty times its length. */
const longestDocument = 32 * 2 ** 20;
const deepest = 8;

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws LabError 'request' for what is no JSON or no history */
export async function readHistory(path: string, texts: AsyncIterable<string>): Promise<Tracks> {
  const table = new Table(path);
  const names = new Set<string>();
  let line = 0;
  let whole: string[] | null = null;
  let length = 0;
  let rest = '';
  let broken = 0;

  const row = (value: Fields) => {
    for (const [name, number] of numbersOf(value, '', 0)) {
      names.add(name);
      table.set(name, number);
    }
    table.endRow();
  };
  const readLine = (text: string, last: boolean) => {
    line += 1;
    if (text.trim() === '') return;
    const value = parsed(text);
    if (isObject(value)) row(value);
    // What a killed program was writing.
    else if (last && value === undefined && table.rows > 0) broken = line;
    else
      throw refuse(
        path,
        `is no history: line ${line} is no JSON object`,
        'Export the history again.',
        text.slice(0, 80),
      );
  };

  for await (const text of texts) {
    rest += text;
    if (whole === null && line === 0) {
      const first = rest.trimStart();
      const end = first.indexOf('\n');
      if ((end < 0 || first.slice(end).trim() === '') && rest.length <= longestLine) continue;
      // Lines, where the first line is an object of its own; else one document.
      if (!isObject(parsed(end < 0 ? first : first.slice(0, end)))) whole = [];
    }
    if (whole !== null) {
      length += rest.length;
      if (length > longestDocument) throw tooLong(path, 'is one JSON document of', longestDocument);
      whole.push(rest);
      rest = '';
      continue;
    }
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (rest.length > longestLine)
      throw tooLong(path, `has a line, number ${line + lines.length + 1}, of`, longestLine);
    for (const each of lines) readLine(each, false);
  }
  if (whole === null && line === 0) whole = [rest];
  else if (whole === null) readLine(rest, true);
  if (whole !== null) readDocument(path, whole.join(''), table, row);
  const notes = broken > 0 ? [`The last line, number ${broken}, is cut off; all before it was read.`] : [];
  return table.tracks(formatOf(names), notes);
}

const formatOf = (names: ReadonlySet<string>): RecordingFormat => (names.has('_step') ? 'wandb' : 'table');

function readDocument(path: string, text: string, table: Table, row: (value: Fields) => void): void {
  const value = parsed(text);
  if (value === undefined) throw refuse(path, 'is neither one JSON document nor a line an object', 'Export it again.');
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (isObject(item)) row(item);
      else if (Array.isArray(item) && item.length === 3) row({ 'wall time': item[0], step: item[1], value: item[2] });
      else throw refuse(path, `is no history: item ${index + 1} of its list is no object`, 'Export the history again.');
    }
    return;
  }
  const columns = isObject(value) ? Object.entries(value).filter(([, column]) => typeof column === 'object') : [];
  if (columns.length < 2 && isObject(value) && columns.every(([, column]) => !Array.isArray(column))) {
    row(value);
    return;
  }
  // The cells that are there, not every column at every index: a few megabytes can name billions of these.
  const rows = new Map<string, [name: string, cell: number | null][]>();
  for (const [name, column] of columns) {
    for (const [index, item] of Object.entries(column ?? {})) {
      const cells = rows.get(index) ?? [];
      rows.set(index, cells);
      const cell = cellOf(item);
      if (cell !== undefined) cells.push([name.slice(0, 1000), cell]);
    }
  }
  for (const [, cells] of [...rows].sort(([a], [b]) => Number(a) - Number(b))) {
    for (const [name, cell] of cells) table.set(name, cell);
    table.endRow();
  }
}

/** Nested fields by their path, "eval.loss". */
function* numbersOf(value: Fields, prefix: string, depth: number): Generator<[string, number | null]> {
  for (const [key, item] of Object.entries(value)) {
    const name = `${prefix}${key}`.slice(0, 1000);
    if (isObject(item) && depth < deepest) yield* numbersOf(item, `${name}.`, depth + 1);
    else {
      const cell = cellOf(item);
      if (cell !== undefined) yield [name, cell];
    }
  }
}

/** Undefined where there is nothing; null for what is no number. */
function cellOf(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? numberOf(value) : null;
}

function parsed(text: string): unknown {
  try {
    // Python writes NaN and Infinity, which are no JSON.
    return JSON.parse(/\b(NaN|Infinity)\b/.test(text) ? quoteNotFinite(text) : text);
  } catch {
    return undefined;
  }
}

/** NaN and the infinities as texts, those inside of texts left as they are. */
function quoteNotFinite(text: string): string {
  // A text that never ends matches to the end, lest each of its quotes be tried as a beginning.
  return text.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|-?\bInfinity\b|\bNaN\b/g, (found) =>
    found[0] === '"' ? found : `"${found}"`,
  );
}

const tooLong = (path: string, what: string, most: number) =>
  refuse(path, `${what} more than ${most} characters`, 'Export it as CSV, or as a line an object.');
