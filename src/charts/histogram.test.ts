import { expect, test } from 'vitest';
import { histogram, histogramBars } from './histogram.ts';

const bins = [
  { from: -1, to: 0, count: 10_000 },
  { from: 0, to: 1, count: 1 },
  { from: 1, to: 2, count: 0 },
];

test('bars stand side by side on the axis; a rare value is still to be seen, an absent one is not', () => {
  const { bars, frame } = histogramBars({ bins, label: 'value', width: 400, height: 200 });
  const [often, rare, never] = bars;
  expect(often!.x).toBeCloseTo(frame.left);
  expect(rare!.x).toBeGreaterThan(often!.x + often!.width);
  expect(often!.height).toBeGreaterThan(100);
  expect(rare!.height).toBeGreaterThanOrEqual(1);
  expect(never!.height).toBe(0);
});

test('one value alone is one bar across', () => {
  const { bars, frame } = histogramBars({
    bins: [{ from: 3, to: 3, count: 7 }],
    label: 'value',
    width: 400,
    height: 200,
  });
  expect(bars[0]!.width).toBeGreaterThan((frame.right - frame.left) / 2);
  expect(histogramBars({ bins: [], label: 'value', width: 400, height: 200 }).bars).toEqual([]);
});

test('as a figure it has its numbers behind it', () => {
  const { svg, table } = histogram({
    id: 'h',
    title: 'Values',
    description: '',
    width: 400,
    height: 200,
    bins,
    label: 'v',
  });
  expect(svg.text.match(/<rect/g)).toHaveLength(3);
  expect(table.rows[0]).toEqual(['−1.0000', '0', '10000']);
});
