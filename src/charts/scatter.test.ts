import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paretoFront } from './pareto.ts';
import { type ScatterPoint, scatterChart, scatterGeometry } from './scatter.ts';

test('the front holds exactly what nothing dominates', () => {
  const number = fc.integer({ min: 0, max: 8 });
  const direction = fc.constantFrom('lower' as const, 'higher' as const);
  fc.assert(
    fc.property(fc.array(fc.record({ x: number, y: number })), direction, direction, (points, x, y) => {
      const front = paretoFront(points, { x, y });
      const gain = (a: number, b: number, better: 'lower' | 'higher') => (better === 'lower' ? b - a : a - b);
      const dominates = (a: { x: number; y: number }, b: { x: number; y: number }) =>
        gain(a.x, b.x, x) >= 0 && gain(a.y, b.y, y) >= 0 && (a.x !== b.x || a.y !== b.y);
      const best = points.filter((point) => !points.some((other) => dominates(other, point)));
      const names = (all: { x: number; y: number }[]) => new Set(all.map((one) => `${one.x} ${one.y}`));
      expect(names(front)).toEqual(names(best));
      expect(front.length).toBe(names(best).size);
      expect(front.every((one, index) => index === 0 || one.x > front[index - 1]!.x)).toBe(true);
    }),
  );
});

const point = (id: string, x: number | null, y: number): ScatterPoint => ({
  id,
  label: 'SimBal',
  name: id,
  colour: 'blue',
  shape: 'circle',
  x,
  y,
});
const options = {
  width: 600,
  height: 300,
  x: { label: 'tokens/s' },
  y: { label: 'perplexity' },
  better: { x: 'higher', y: 'lower' } as const,
  aside: 'masks',
};

test('what has no x stands in the strip, hollow, and never on the front', () => {
  const points = [point('unpruned', 100, 8), point('fast', 140, 9), point('bad', 90, 9), point('mask', null, 2)];
  const { placed, strip, frame, front } = scatterGeometry({ ...options, points });
  const at = new Map(placed.map((one) => [one.point.id, one]));
  expect(at.get('mask')!.px).toBeLessThan(strip!.right);
  expect(strip!.right).toBeLessThan(frame.left);
  expect(placed.filter(({ onFront }) => onFront).map(({ point }) => point.id)).toEqual(['unpruned', 'fast']);
  // From the slower one straight to the loss of the faster one, then to it.
  const [unpruned, fast] = [at.get('unpruned')!, at.get('fast')!];
  const two = (value: number) => Number(value.toFixed(2));
  expect(front).toBe(
    `M${two(unpruned.px)},${two(unpruned.py)}L${two(unpruned.px)},${two(fast.py)}L${two(fast.px)},${two(fast.py)}`,
  );
  expect(scatterGeometry({ ...options, points: points.slice(0, 3) }).strip).toBeNull();
});

test('a figure with its table; no points draw nothing that is not a number', () => {
  const chart = { ...options, id: 'c', title: 'Trade', description: 'd', legend: [{ label: '<b>', colour: 'red' }] };
  const { svg, table } = scatterChart({ ...chart, points: [point('a', 1, 2), point('<i>', null, 3)] });
  expect(svg.text).toContain('&lt;b&gt;');
  expect(svg.text).not.toContain('<i>');
  expect(table.rows).toEqual([
    ['SimBal', '<i>', '', '3.0000', ''],
    ['SimBal', 'a', '1.0000', '2.0000', 'yes'],
  ]);
  expect(scatterChart({ ...chart, points: [] }).svg.text).not.toMatch(/NaN|undefined/);
});
