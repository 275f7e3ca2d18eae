import { expect, test } from 'vitest';
import { ChartLink } from './chart-link.svelte.ts';

function linkOver(low: number, high: number): ChartLink {
  const link = new ChartLink();
  link.whole = [low, high];
  return link;
}

test('zooming in keeps what lies under the pointer, zooming out ends at all of it', () => {
  const link = linkOver(0, 100);
  link.zoom(0.5, 20);
  expect(link.view).toEqual([10, 60]);
  link.zoom(100, 20);
  expect(link.view).toBeNull();
});

test('panning moves a view by a share of itself, never beyond the ends, and leaves all of it as it is', () => {
  const link = linkOver(0, 100);
  link.pan(0.5);
  expect(link.view).toBeNull();
  link.show([10, 30]);
  link.pan(0.5);
  expect(link.view).toEqual([20, 40]);
  link.pan(-9);
  expect(link.view).toEqual([0, 20]);
});

test('a view of everything is none, and a reset forgets the crosshair too', () => {
  const link = linkOver(0, 100);
  link.hover = 5;
  link.show([-1, 100]);
  expect(link.view).toBeNull();
  link.show([5, 6]);
  link.reset();
  expect([link.view, link.hover]).toEqual([null, null]);
});

test('the same whole again is the same array, so that nothing is drawn for it', () => {
  const link = linkOver(0, 100);
  const { whole } = link;
  link.whole = [0, 100];
  expect(link.whole).toBe(whole);
});
