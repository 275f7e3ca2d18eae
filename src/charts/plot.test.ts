import { expect, test } from 'vitest';
import type { XY } from './extremes.ts';
import { nearestPoint, type PlotSeries, plot, visible, wholeOf } from './plot.ts';

const curve = (points: XY[]): PlotSeries => ({ id: 'a', label: 'a', colour: 'red', points });
const line = curve([
  [0, 5],
  [10, 3],
  [20, 40],
  [30, Number.NaN],
  [40, 1],
]);
const options = { width: 400, height: 200, x: { label: 'x' }, y: { label: 'y' } };

test('the y-axis holds what is in view and the lines that lead out of it, and nothing else', () => {
  const all = plot({ ...options, series: [line] });
  expect(all.y.at(40)).toBeGreaterThanOrEqual(all.frame.top);
  const some = plot({ ...options, series: [line], view: [0, 5] });
  expect(some.view).toEqual([0, 5]);
  expect(some.y.ticks.at(-1)!.value).toBeLessThanOrEqual(5);
});

test('an interval belongs to the picture, but does not press flat what it is of', () => {
  const points: XY[] = [
    [0, 1],
    [1, 3],
  ];
  const near = plot({ ...options, series: [{ ...curve(points), band: [[0, 0.5, 3.5]] }] });
  expect(near.y.at(0.5)).toBeLessThanOrEqual(near.frame.bottom + 0.01);
  const far = plot({ ...options, series: [{ ...curve(points), band: [[0, -900, 900]] }] });
  expect(far.y.at(1) - far.y.at(3)).toBeGreaterThan((far.frame.bottom - far.frame.top) / 4);
});

test('the key changes where the same value would lie at another pixel', () => {
  const key = (series: PlotSeries[], width = 400) => plot({ ...options, width, series, view: [0, 40] }).key;
  const longer = curve([...line.points, [41, 2]]);
  expect(key([line])).toBe(key([longer]));
  expect(key([line])).not.toBe(key([line], 500));
  expect(key([line])).not.toBe(key([curve([...line.points.slice(0, 4), [40, 400]])]));
});

test('nothing at all still has axes', () => {
  const { whole, y } = plot({ ...options, series: [] });
  expect(whole).toEqual([0, 1]);
  expect(y.ticks.length).toBeGreaterThan(1);
  expect(wholeOf([curve([[3, 1]])])).toEqual([2.5, 3.5]);
});

test('points in view, and one more on either side', () => {
  expect(visible(line.points, [12, 25])).toEqual([1, 4]);
  expect(visible(line.points, [-5, 100])).toEqual([0, 5]);
});

test('the crosshair finds the nearest point, and none far beyond the ends', () => {
  expect(nearestPoint(line.points, 14)).toEqual([10, 3]);
  expect(nearestPoint(line.points, 16)).toEqual([20, 40]);
  expect(nearestPoint(line.points, 41, 2)).toEqual([40, 1]);
  expect(nearestPoint(line.points, 60, 2)).toBeUndefined();
  expect(nearestPoint([], 1)).toBeUndefined();
});

test('a log axis has ticks however close one looks', () => {
  const close = curve([
    [0, 2.311],
    [1, 2.312],
  ]);
  expect(plot({ ...options, y: { label: 'y', scale: 'log' }, series: [close] }).y.ticks.length).toBeGreaterThan(1);
});
