import { expect, test } from 'vitest';
import { layerSeries, referenceLine } from './layer-curves.ts';

const parts = [
  {
    step: 10,
    pes: [0.1, 0.3],
    interval: [
      [0, 0.2],
      [NaN, NaN],
    ] as [number, number][],
  },
  {
    step: 20,
    pes: [0.2, null],
    interval: [
      [0.1, 0.3],
      [0.2, 0.4],
    ] as [number, number][],
  },
];
const members = [{ run: { id: 'a' }, label: 'SimBal', colour: 'blue', parts }];
const read = ({ pes, interval }: (typeof parts)[number]) => ({ values: pes, intervals: interval });

test('the mean over the layers that have a value, without an interval', () => {
  const [curve] = layerSeries(members, read, 'mean');
  expect(curve).toMatchObject({
    label: 'SimBal',
    points: [
      [10, 0.2],
      [20, 0.2],
    ],
  });
  expect(curve!.band).toBeUndefined();
});

test('one layer with its interval; a layer that a run does not have is left out', () => {
  const [curve] = layerSeries(members, read, 1);
  expect(curve).toMatchObject({
    label: 'SimBal',
    colour: 'blue',
    points: [
      [10, 0.3],
      [20, Number.NaN],
    ],
    band: [[20, 0.2, 0.4]],
  });
  expect(layerSeries(members, read, 2)).toEqual([]);
});

test('every layer, each named and of its own shade', () => {
  const curves = layerSeries(members, read, 'every');
  expect(curves.map(({ label }) => label)).toEqual(['SimBal, layer 0', 'SimBal, layer 1']);
  expect(new Set(curves.map(({ colour }) => colour)).size).toBe(2);
  expect(layerSeries(members, () => null, 'every')).toEqual([]);
});

test('a reference from end to end', () => {
  expect(referenceLine('chance', 0.25, [0, 60]).points).toEqual([
    [0, 0.25],
    [60, 0.25],
  ]);
});
