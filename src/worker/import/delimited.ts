// Tables of text: CSV by RFC 4180 and its relatives. What parts the cells and which sign begins a decimal is found in the first
// rows; quotes are doubled inside of quotes; a line ends with LF, CR LF or CR.
import type { RecordingFormat } from '../../shared/imports.ts';
import { refuse } from './refusals.ts';
import { mostColumns, numberOf, Table } from './table.ts';
import type { Tracks } from './tracks.ts';

const longestCell = 2 ** 20;
const longestRow = 16 * 2 ** 20;
const mostRows = 10_000_000;
/** Characters and rows that are looked at before anything is decided. */
const sample = 2 ** 16;
const sampleRows = 50;
const delimiters = [',', ';', '\t', '|'];

/** @throws LabError 'request' for a table that is broken, or larger than an import takes */
export async function readDelimited(path: string, texts: AsyncIterable<string>): Promise<Tracks> {
  const table = new Table(path);
  let names: string[] | null = null;
  let uneven = 0;
  const take = (row: string[], decimal: Dialect['decimal']) => {
    if (row.length === 1 && row[0]!.trim() === '') return;
    if (!names) {
      const isHead = row.some((cell) => numberOf(cell, decimal) === null);
      names = isHead ? unique(row) : row.map((_, index) => `column ${index + 1}`);
      if (isHead) return;
    }
    if (row.length !== names.length) uneven += 1;
    for (const [index, name] of names.entries()) {
      const value = numberOf(row[index] ?? '', decimal);
      if (value !== undefined) table.set(name, value);
    }
    table.endRow();
    if (table.rows > mostRows) throw refuse(path, `has more than ${mostRows} rows`, 'Thin the curves out.');
  };
  const begun = (whole: boolean): RowParser => {
    const { delimiter, decimal } = dialectOf(path, start, whole);
    const parser = new RowParser(path, delimiter, (row) => take(row, decimal));
    parser.push(start);
    return parser;
  };
  let start = '';
  let parser: RowParser | null = null;
  for await (const text of texts) {
    if (parser) parser.push(text);
    else {
      start += text;
      if (start.length >= sample) parser = begun(false);
    }
  }
  (parser ?? begun(true)).end();
  const rows = uneven === 1 ? 'One row has' : `${uneven.toLocaleString('en')} rows have`;
  return table.tracks(formatOf(names ?? []), uneven > 0 ? [`${rows} not as many cells as the first.`] : []);
}

/** A chart that Weights & Biases exported has the extremes of each column beside it. */
const formatOf = (names: readonly string[]): RecordingFormat =>
  names.some((name) => name.endsWith('__MIN')) && names.some((name) => name.endsWith('__MAX')) ? 'wandb' : 'table';

interface Dialect {
  delimiter: string;
  decimal: '.' | ',';
}

/** The delimiter under which most of the first rows have the most cells, all of them as many. */
function dialectOf(path: string, start: string, whole: boolean): Dialect {
  let best = { score: 0, delimiter: ',', rows: [] as string[][] };
  for (const delimiter of delimiters) {
    const rows = firstRows(path, start, whole, delimiter);
    const width = rows[0]?.length ?? 0;
    const even = rows.filter((row) => row.length === width).length;
    const score = width > 1 ? (even / rows.length) * 1000 + Math.min(width, 500) / 1000 : 0;
    if (score > best.score) best = { score, delimiter, rows };
  }
  const { delimiter, rows } = best;
  const cells = rows.flat();
  const commas = delimiter !== ',' && cells.some((cell) => /^\s*-?\d*,\d+(e[+-]?\d+)?\s*$/i.test(cell));
  return { delimiter, decimal: commas && !cells.some((cell) => /^\s*-?\d*\.\d+\s*$/.test(cell)) ? ',' : '.' };
}

/** None where the text is broken under this delimiter. */
function firstRows(path: string, start: string, whole: boolean, delimiter: string): string[][] {
  const rows: string[][] = [];
  const parser = new RowParser(path, delimiter, (row) => rows.length < sampleRows && rows.push(row));
  try {
    parser.push(start);
    if (whole) parser.end();
    return rows;
  } catch {
    return [];
  }
}

function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const taken = new Set<string>();
  return names.map((raw, index) => {
    const name = raw.trim().slice(0, 1000).toWellFormed() || `column ${index + 1}`;
    let times = (seen.get(name) ?? 0) + 1;
    const numbered = () => (times === 1 ? name : `${name} (${times})`);
    while (taken.has(numbered())) times += 1;
    seen.set(name, times);
    taken.add(numbered());
    return numbered();
  });
}

class RowParser {
  readonly #path: string;
  readonly #delimiter: string;
  readonly #take: (row: string[]) => unknown;
  #row: string[] = [];
  #cell = '';
  /** The cell is white space so far. */
  #blank = true;
  /** Characters in the row's cells so far. */
  #length = 0;
  /** In quotes; or just after a quote that may end them or be half of a doubled one. */
  #state: 'plain' | 'quoted' | 'quote' = 'plain';
  #afterReturn = false;
  #number = 1;

  constructor(path: string, delimiter: string, take: (row: string[]) => unknown) {
    this.#path = path;
    this.#delimiter = delimiter;
    this.#take = take;
  }

  push(text: string): void {
    let from = 0;
    for (let index = 0; index < text.length; index++) {
      const character = text[index]!;
      if (this.#state === 'quoted' ? character !== '"' : !this.#special(character)) continue;
      this.#append(text.slice(from, index));
      from = index + 1;
      this.#meet(character);
    }
    this.#append(text.slice(from));
  }

  end(): void {
    if (this.#state === 'quoted') {
      throw refuse(this.#path, `ends inside of a quoted cell in row ${this.#number}`, 'Export it again.');
    }
    if (this.#cell !== '' || this.#row.length > 0) this.#endRow();
  }

  #special(character: string): boolean {
    if (character === '\n' && this.#afterReturn) return true;
    this.#afterReturn = false;
    return character === '"' || character === this.#delimiter || character === '\n' || character === '\r';
  }

  #meet(character: string): void {
    if (character === '"') {
      if (this.#state === 'quoted') this.#state = 'quote';
      else if (this.#state === 'quote') {
        this.#append('"', true);
        this.#state = 'quoted';
      } else if (this.#blank) {
        this.#cell = '';
        this.#state = 'quoted';
      } else this.#append('"');
      return;
    }
    if (character === this.#delimiter) {
      this.#endCell();
      return;
    }
    const half = character === '\n' && this.#afterReturn;
    this.#afterReturn = character === '\r';
    if (!half) this.#endRow();
  }

  #append(text: string, quote = false): void {
    if (text === '') return;
    if (this.#state === 'quote' && !quote) this.#state = 'plain';
    this.#cell += text;
    this.#length += text.length;
    if (this.#blank && text.trim() !== '') this.#blank = false;
    if (this.#cell.length > longestCell) throw this.#tooLong('a cell', longestCell);
    if (this.#length > longestRow) throw this.#tooLong('a row', longestRow);
  }

  #tooLong(what: string, most: number) {
    return refuse(
      this.#path,
      `has ${what} of more than ${most} characters, in row ${this.#number}`,
      'Export it again.',
    );
  }

  #endCell(): void {
    this.#row.push(this.#cell);
    this.#cell = '';
    this.#blank = true;
    this.#state = 'plain';
    if (this.#row.length > mostColumns) {
      throw refuse(this.#path, `has more than ${mostColumns} columns in row ${this.#number}`, 'Export fewer of them.');
    }
  }

  #endRow(): void {
    this.#endCell();
    const row = this.#row;
    this.#row = [];
    this.#length = 0;
    this.#number += 1;
    this.#take(row);
  }
}
