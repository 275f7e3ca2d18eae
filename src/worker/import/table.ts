// Rows of named cells, as sparse columns of numbers. What is no number is counted and left out.
import { mostImportedPoints, type RecordingFormat, suggestedKind } from '../../shared/imports.ts';
import { Numbers } from './numbers.ts';
import { refuse, tooManyNumbers } from './refusals.ts';
import { describe, type Tracks } from './tracks.ts';

/** Twice the points of an import: an axis and its values. */
const mostCells = 2 * mostImportedPoints;
export const mostColumns = 4096;

interface Column {
  rows: Numbers;
  values: Numbers;
  texts: number;
}

export class Table {
  readonly #path: string;
  readonly #columns = new Map<string, Column>();
  #cells = 0;
  rows = 0;

  constructor(path: string) {
    this.#path = path;
  }

  endRow(): void {
    this.rows += 1;
  }

  /** Puts a cell into the row that has not ended yet. Null is a text. */
  set(name: string, value: number | null): void {
    let column = this.#columns.get(name);
    if (!column) {
      if (this.#columns.size === mostColumns) {
        throw refuse(this.#path, `has more than ${mostColumns} columns`, 'Export fewer of them.');
      }
      column = { rows: new Numbers(), values: new Numbers(), texts: 0 };
      this.#columns.set(name, column);
    }
    if (value === null) {
      column.texts += 1;
      return;
    }
    if (++this.#cells > mostCells) throw tooManyNumbers(this.#path, mostCells);
    column.rows.push(this.rows);
    column.values.push(value);
  }

  /** @throws LabError 'request' where no column has numbers */
  tracks(format: RecordingFormat, notes: readonly string[]): Tracks {
    const numeric = [...this.#columns].filter(([, { values, texts }]) => values.length > texts);
    if (numeric.length < 2) {
      throw refuse(
        this.#path,
        `has ${numeric.length === 0 ? 'no column' : 'one column'} of numbers; a curve needs two, its x and its values`,
        'Choose a table with a column of steps, tokens or seconds and a column of values.',
      );
    }
    const axes = numeric
      .map(([name]) => ({ name, kind: suggestedKind(name) }))
      // The likeliest first: one that is named like an axis, else in the order of the file.
      .sort((a, b) => rank(a.kind) - rank(b.kind));
    return {
      format,
      order: 'table',
      axes,
      tags: numeric.map(([name, { values }]) => describe(name, values.view())),
      notes: [...notes],
      notesOf: (tag) => {
        const { texts } = this.#columns.get(tag)!;
        const counted = texts === 1 ? 'One cell' : `${texts.toLocaleString('en')} cells`;
        const left = texts === 1 ? 'is no number and was left out' : 'are no numbers and were left out';
        return texts > 0 ? [`${counted} of "${tag.slice(0, 60)}" ${left}.`] : [];
      },
      track: (tag, axis) => this.#joined(tag, axis),
    };
  }

  /** The rows that have both. */
  #joined(tag: string, axis: string) {
    const values = this.#columns.get(tag);
    const places = this.#columns.get(axis);
    if (!values || !places) return null;
    const x = new Numbers();
    const y = new Numbers();
    let place = 0;
    for (let index = 0; index < values.rows.length; index++) {
      const row = values.rows.at(index);
      while (place < places.rows.length && places.rows.at(place) < row) place += 1;
      if (place === places.rows.length) break;
      if (places.rows.at(place) !== row) continue;
      x.push(places.values.at(place));
      y.push(values.values.at(index));
    }
    return { x: x.view(), values: y.view() };
  }
}

const rank = (kind: string | null) => ['step', 'tokens', 'seconds', null].indexOf(kind);

const words: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell's number; null for any other text, undefined for an empty cell. */
export function numberOf(cell: string, decimal: '.' | ',' = '.'): number | null | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const word = Object.hasOwn(words, text.toLowerCase()) ? words[text.toLowerCase()] : undefined;
  if (word !== undefined) return word;
  const pointed = decimal === ',' ? text.replace(',', '.') : text;
  return text.length < 64 && numeral.test(pointed) ? Number(pointed) : null;
}
