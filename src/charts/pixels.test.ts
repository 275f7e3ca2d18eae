import { expect, test } from 'vitest';
import { type Colour, Pixels } from './pixels.ts';

const red: Colour = [200, 0, 0, 255];
const blue: Colour = [0, 0, 200, 255];
const faint = ([r, g, b]: Colour): Colour => [r, g, b, 128];
const span = (low: number, high: number) => ({ low: [low], high: [high] });
/** Rows of a picture of one column. */
const rows = ({ bytes, height }: Pixels) =>
  Array.from({ length: height }, (_, row) => [...bytes.subarray(4 * row, 4 * row + 4)]);

test('rows that are covered in part get part of the ink', () => {
  const pixels = new Pixels(1, 4);
  pixels.paint([span(1.5, 2.25)], [0, 1], 0.25, red);
  expect(rows(pixels)).toEqual([
    [0, 0, 0, 0],
    [200, 0, 0, 191],
    [200, 0, 0, 128],
    [0, 0, 0, 0],
  ]);
});

test('nothing is painted outside, and nothing where a curve is not', () => {
  const pixels = new Pixels(1, 2);
  pixels.paint([span(-100, 100), span(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)], [0, 1], 1, red);
  expect(rows(pixels)).toEqual([[...red], [...red]]);
});

test('curves painted together are one ink, inks after one another mix as on a canvas', () => {
  const together = new Pixels(1, 1);
  together.paint([span(0, 1), span(0, 1), span(0.5, 2)], [0, 1], 0, faint(red));
  expect(rows(together)).toEqual([[200, 0, 0, 128]]);
  together.paint([span(0, 1)], [0, 1], 0, faint(blue));
  // Opacity 128 + 128 · 127/255 = 192; of that two thirds are the upper one's.
  expect(rows(together)).toEqual([[66, 0, 134, 192]]);
  together.paint([span(0, 1)], [0, 1], 0, red);
  expect(rows(together)).toEqual([[...red]]);
});

test('cleared columns are empty, the others stay', () => {
  const pixels = new Pixels(3, 1);
  pixels.paint([{ low: [0, 0, 0], high: [1, 1, 1] }], [0, 3], 0, red);
  pixels.clear(1, 2);
  expect([3, 7, 11].map((at) => pixels.bytes[at])).toEqual([255, 0, 255]);
});
