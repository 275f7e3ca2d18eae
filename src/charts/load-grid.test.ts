import { expect, test } from 'vitest';
import { loadGrid } from './load-grid.ts';

test('cells fill the box, and strength follows the load', () => {
  const cells = loadGrid(
    [
      [4, 4, 0, 8],
      [0, 0, 0, 0],
    ],
    { width: 40, height: 20 },
    4,
  );
  expect(cells).toHaveLength(8);
  expect(cells[3]).toMatchObject({ layer: 0, expert: 3, x: 30, y: 0, width: 10, height: 10, load: 2 });
  expect(cells[2]!.strength).toBe(0);
  expect(cells[3]!.strength).toBeGreaterThan(cells[0]!.strength);
  expect(cells.slice(4).every(({ load }) => load === 0)).toBe(true);
});
