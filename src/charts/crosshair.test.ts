import { expect, test } from 'vitest';
import { crosshairAfter } from './crosshair.ts';
import { type PlotSeries, plot } from './plot.ts';
import type { Domain } from './viewport.ts';

const curve = (xs: readonly number[], more: Partial<PlotSeries> = {}): PlotSeries => ({
  id: 'a',
  label: 'a',
  colour: 'red',
  points: xs.map((x) => [x, 1 + x]),
  ...more,
});
const axes = { x: { label: 'x' }, y: { label: 'y' } };
const drawn = (series: readonly PlotSeries[], view?: Domain) =>
  plot({ width: 500, height: 200, ...axes, series, ...(view && { view }) });

/** All that so many presses come to. */
function walk(presses: number, side: 1 | -1, series: readonly PlotSeries[], view?: Domain): number[] {
  const shown = drawn(series, view);
  let at: number | null = null;
  return Array.from({ length: presses }, () => {
    at = crosshairAfter(at, side, shown, series);
    return at;
  });
}

test('few points are walked one by one, from either edge, and the last one is the end', () => {
  expect(walk(4, 1, [curve([0, 10, 100])])).toEqual([0, 10, 100, 100]);
  expect(walk(4, -1, [curve([0, 10, 100])])).toEqual([100, 10, 0, 0]);
});

test('points of several curves are taken in turn, equal ones together, faint ones and gaps never', () => {
  const gap: PlotSeries = { ...curve([]), points: [[70, Number.NaN]] };
  const series = [curve([0, 50, 100]), curve([0.001, 50, 60]), curve([30], { look: 'faint' }), gap];
  expect(walk(4, 1, series)).toEqual([0, 50, 60, 100]);
});

test('out of view nothing is walked to', () => {
  expect(walk(3, 1, [curve([0, 10, 20, 100])], [5, 30])).toEqual([10, 20, 20]);
});

test('dense curves are walked by pixels, with sparse ones beside them', () => {
  const dense = curve(Array.from({ length: 1000 }, (_, x) => x));
  for (const series of [[dense], [dense, curve([500])]]) {
    const { x } = drawn(series);
    const places = walk(5, 1, series).map((place) => x.at(place));
    expect(places.slice(1).map((place, index) => place - places[index]!)).toEqual(Array(4).fill(expect.closeTo(4, 9)));
  }
  expect(walk(400, -1, [dense]).at(-1)).toBeCloseTo(0, 9);
});
