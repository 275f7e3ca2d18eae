import { expect, test } from 'vitest';
import { clusterLabel, flagClusters, type PlotFlag } from './plot-flag.ts';

const flag = (x: number): PlotFlag => ({
  key: `${x}`,
  x,
  label: `at ${x}`,
  colour: 'grey',
  critical: false,
  open: () => {},
});

test('flags that would cover each other are one, whatever their order', () => {
  const clusters = flagClusters([50, 100, 57, 10, 100].map(flag), (x) => 2 * x, 18);
  expect(clusters.map(({ at, flags }) => [at, flags.map(({ x }) => x)])).toEqual([
    [20, [10]],
    [100, [50, 57]],
    [200, [100, 100]],
  ]);
  expect(flagClusters([], (x) => x, 18)).toEqual([]);
});

test('a crowd does not swallow what lies beyond the width of its flag', () => {
  const clusters = flagClusters([0, 10, 20, 30].map(flag), (x) => x, 18);
  expect(clusters.map(({ flags }) => flags.length)).toEqual([2, 2]);
});

test('called by the first of its words', () => {
  const [one] = flagClusters([flag(1)], (x) => x, 18);
  expect(clusterLabel(one!)).toBe('at 1');
  const [six] = flagClusters([1, 2, 3, 4, 5, 6].map(flag), (x) => x, 18);
  expect(clusterLabel(six!)).toBe('6 together: at 1; at 2; at 3; at 4; 2 more');
});
