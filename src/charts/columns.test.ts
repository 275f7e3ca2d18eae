import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axis } from './axis.ts';
import { Columns, widened } from './columns.ts';
import type { XY } from './extremes.ts';

const count = 20;
const axes = {
  x: axis([], [0, count], { label: 'x', domain: [0, count] }),
  y: axis([], [100, 0], { label: 'y', domain: [0, 100] }),
};
const grid = { left: 0, top: 0, ratio: 1 };

function columnsOf(points: readonly XY[]): Columns {
  const columns = new Columns(count);
  columns.add(points, [0, points.length], axes, grid);
  return columns;
}

const curve = fc
  .array(fc.tuple(fc.double({ min: -5, max: 25, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true })), {
    maxLength: 60,
  })
  .map((points) => points.toSorted(([a], [b]) => a - b));

test('whatever the points, each lies in what its column covers', () => {
  fc.assert(
    fc.property(curve, (points) => {
      const { low, high } = columnsOf(points);
      for (const [x, y] of points) {
        const column = Math.floor(x);
        if (column < 0 || column >= count) continue;
        expect(low[column]!).toBeLessThanOrEqual(100 - y + 1e-3);
        expect(high[column]!).toBeGreaterThanOrEqual(100 - y - 1e-3);
      }
    }),
  );
});

test('a curve is unbroken: each column meets the next one', () => {
  fc.assert(
    fc.property(curve, (points) => {
      const { low, high } = columnsOf(points);
      for (let column = 1; column < count; column += 1) {
        if (high[column]! < low[column]! || high[column - 1]! < low[column - 1]!) continue;
        expect(Math.max(low[column]!, low[column - 1]!)).toBeLessThanOrEqual(
          Math.min(high[column]!, high[column - 1]!) + 1e-3,
        );
      }
    }),
  );
});

test('by hand: a line, a gap, and what is cleared', () => {
  const columns = columnsOf([
    [0, 0],
    [2, 20],
    [4, Number.NaN],
    [6, 50],
  ]);
  expect([...columns.low.slice(0, 7)]).toEqual([90, 80, 80, Infinity, Infinity, Infinity, 50]);
  expect([...columns.high.slice(0, 3)]).toEqual([100, 90, 80]);
  columns.clear(0, 1);
  expect(columns.high[0]).toBe(Number.NEGATIVE_INFINITY);
});

test('the end of a curve alone covers the columns there as the whole does', () => {
  const points = Array.from({ length: 200 }, (_, index): XY => [index / 10, 50 + 40 * Math.sin(index)]);
  const whole = columnsOf(points);
  const end = new Columns(count);
  end.add(points, [149, 200], axes, grid);
  expect([...end.low.slice(15)]).toEqual([...whole.low.slice(15)]);
  expect([...end.high.slice(15)]).toEqual([...whole.high.slice(15)]);
});

test('a value that the axis cannot hold lies where it is told to', () => {
  const columns = new Columns(count);
  const log = axis([], [100, 0], { label: 'y', scale: 'log', domain: [1, 100] });
  columns.add([[3.5, -1]], [0, 1], { ...axes, y: log }, grid, 1, 108);
  expect(columns.high[3]).toBe(108);
});

test('a wide pen covers what is beside it', () => {
  const { high } = widened(columnsOf([[5.5, 10]]), 0, count, 1);
  expect([...high].flatMap((row, column) => (row > 0 ? [column] : []))).toEqual([4, 5, 6]);
});
