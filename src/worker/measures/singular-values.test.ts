import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orthonormalColumns } from '../model/orthonormal.ts';
import { singularValues } from './singular-values.ts';

const close = (actual: readonly number[], expected: readonly number[], digits = 12) => {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, digits);
};

test('by hand', () => {
  expect(singularValues([3, 0, 0, -5], 2, 2)).toEqual([5, 3]);
  // AᵀA of [[1, 1], [0, 1]] has the eigenvalues (3 ± √5)/2.
  close(singularValues([1, 1, 0, 1], 2, 2), [(1 + Math.sqrt(5)) / 2, (Math.sqrt(5) - 1) / 2]);
  close(singularValues([3, 4], 1, 2), [5]);
  close(singularValues([3, 4], 2, 1), [5]);
  expect(singularValues([0, 0, 0, 0, 0, 0], 3, 2)).toEqual([0, 0]);
});

test('equal columns have one value', () => {
  close(singularValues([1, 1, 1, 2, 2, 2], 2, 3), [Math.sqrt(15), 0]);
});

test('small values keep their relative accuracy', () => {
  // [[1, 1], [ε, −ε]]: the columns' sum and difference are orthogonal, √2 and √2·ε long.
  const [large, small] = singularValues([1, 1, 1e-9, -1e-9], 2, 2) as [number, number];
  expect(large / Math.SQRT2 - 1).toBeCloseTo(0, 14);
  expect(small / (Math.SQRT2 * 1e-9) - 1).toBeCloseTo(0, 6);
});

test('an entry that is no number is not hidden', () => {
  expect(singularValues([1, Number.NaN, 2, 3], 2, 2)).toEqual([Number.NaN, Number.NaN]);
});

test('of Q·diag(s), Q with orthonormal columns, they are s; a transpose has the same', () => {
  const shape = fc.integer({ min: 1, max: 8 }).chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.integer({ min: columns, max: 20 }),
      values: fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: columns, maxLength: columns }),
      draw: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 160, maxLength: 160 }),
    }),
  );
  fc.assert(
    fc.property(shape, ({ rows, columns, values, draw }) => {
      // The diagonal keeps a draw of zeros from having no directions.
      const q = Float64Array.from({ length: rows * columns }, (_, index) => {
        const [row, column] = [Math.floor(index / columns), index % columns];
        return draw[(index * 7) % draw.length]! + (row === column ? 3 : 0);
      });
      orthonormalColumns(q, rows, columns);
      const scaled = q.map((entry, index) => entry * values[index % columns]!);
      const transposed = Float64Array.from(
        { length: rows * columns },
        (_, index) => scaled[(index % rows) * columns + Math.floor(index / rows)]!,
      );
      const expected = values.toSorted((a, b) => b - a);
      for (const found of [singularValues(scaled, rows, columns), singularValues(transposed, columns, rows)]) {
        for (const [index, value] of expected.entries()) expect(found[index]! / value).toBeCloseTo(1, 9);
      }
    }),
  );
});
