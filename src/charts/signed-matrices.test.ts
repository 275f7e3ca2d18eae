import { expect, test } from 'vitest';
import { matrixCells, matrixMaps } from './signed-matrices.ts';

test('shades are roots of shares of the scale, with their sign', () => {
  expect(matrixCells([4, -1, 0, Number.NaN], 2, 4).map(({ strength, negative }) => [strength, negative])).toEqual([
    [1, false],
    [0.5, true],
    [0, false],
    [0, false],
  ]);
  expect(matrixCells([9], 1, 4)[0]!.strength).toBe(1);
});

test('a figure draws what is not zero and lists everything', () => {
  const maps = [{ label: '<a>', values: [1, 0, -0.25, 1], n: 2 }];
  const { svg, table } = matrixMaps({ id: 'm', title: 'Gram', description: 'd', width: 300, maps, most: 1 });
  expect(svg.text.match(/fill-opacity/g)).toHaveLength(3);
  expect(svg.text).toContain('&lt;a&gt;');
  expect(table.rows).toContainEqual(['<a>', '1', '0', '−0.25000']);
});

test('a matrix of few rows is as wide as a square one, and low', () => {
  const map = { label: 'a', values: [1, -1, 0, 0.5, 1, 1], n: 3 };
  const { svg, table } = matrixMaps({ id: 'm', title: 't', description: 'd', width: 200, maps: [map], most: 1 });
  expect(svg.text).toMatch(/class="axis" x="0" y="20" width="150" height="100"/);
  expect(table.rows.map(([, row, column]) => `${row} ${column}`)).toEqual(['0 0', '0 1', '0 2', '1 0', '1 1', '1 2']);
});
