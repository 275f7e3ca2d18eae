// Matrices of signed numbers as shades, side by side under one scale: ink above zero, red below, nothing at zero. Their cells for
// a canvas, and the same as a figure.
import { type Drawing, type Figure, svg } from './figure.ts';
import { significant } from './format.ts';
import { element, type Markup } from './markup.ts';

export interface MatrixCell {
  row: number;
  column: number;
  value: number;
  /** 0 to 1: the root of its share of the scale, so that small ones are told apart; not a number has none. */
  strength: number;
  negative: boolean;
}

/** Cells of values in rows of n; `most` is the absolute value of the full shade. */
export function matrixCells(values: ArrayLike<number>, n: number, most: number): MatrixCell[] {
  return Array.from(values, (value, index) => {
    const share = Number.isFinite(value) && most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
    return {
      row: Math.floor(index / n),
      column: index % n,
      value,
      strength: Math.round(1000 * Math.sqrt(share)) / 1000,
      negative: value < 0,
    };
  });
}

export interface LabelledMatrix {
  label: string;
  values: ArrayLike<number>;
  /** Columns. */
  n: number;
}

export const inkOf = ({ negative }: Pick<MatrixCell, 'negative'>) =>
  negative ? 'var(--bad, #b3261e)' : 'var(--ink, #1b1d21)';

const size = 150;
const gap = 14;
const head = 20;

/** As many in a row as the width has room for, each of one width. */
export function matrixMaps({
  maps,
  most,
  ...drawing
}: Omit<Drawing, 'height'> & { maps: readonly LabelledMatrix[]; most: number }): Figure {
  const across = Math.max(1, Math.floor((drawing.width + gap) / (size + gap)));
  const tallest = Math.max(0, ...maps.map(heightOf));
  const height = Math.ceil(maps.length / across) * (tallest + head + gap) + 22;
  const drawn = maps.flatMap((map, index): Markup[] => {
    const left = (index % across) * (size + gap);
    const top = Math.floor(index / across) * (tallest + head + gap) + head;
    const cell = size / map.n;
    return [
      element('text', { class: 'tick', x: left, y: top - 6 }, map.label),
      element('rect', { class: 'axis', x: left, y: top, width: size, height: heightOf(map) }),
      ...matrixCells(map.values, map.n, most)
        .filter(({ strength }) => strength > 0)
        .map((one) =>
          element('rect', {
            x: left + one.column * cell,
            y: top + one.row * cell,
            width: cell,
            height: cell,
            style: `fill:${inkOf(one)};fill-opacity:${one.strength}`,
          }),
        ),
    ];
  });
  const scale = `full ink: ${significant(most, 3)}; red: below zero`;
  return {
    title: drawing.title,
    svg: svg({ ...drawing, height }, ...drawn, element('text', { class: 'tick', x: 0, y: height - 6 }, scale)),
    table: {
      columns: ['matrix', 'row', 'column', 'value'],
      rows: maps.flatMap(({ label, values, n }) =>
        matrixCells(values, n, most).map(({ row, column, value }) => [
          label,
          String(row),
          String(column),
          significant(value, 5),
        ]),
      ),
    },
  };
}

/** Of square cells. */
const heightOf = ({ values, n }: LabelledMatrix) => (n === 0 ? 0 : (size * values.length) / n / n);
