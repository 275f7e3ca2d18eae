import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axis } from './axis.ts';
import { runColour } from './colours.ts';
import { keepExtremes, type XY } from './extremes.ts';
import { abbreviated, byteSize, duration, grouped, percent, significant } from './format.ts';
import { heatMaps, loads } from './heat-map.ts';
import { lineChart } from './line-chart.ts';
import { element, escapeText } from './markup.ts';

describe('numbers', () => {
  it('have sensible digits, a true minus and groups of three', () => {
    expect([8.3171, 13.685, 0.0044, 2.12e-8, 620.9, 12_345_678, -0.5, 0].map((value) => significant(value))).toEqual([
      ...['8.317', '13.69', '0.004400', '2.12e−8', '620.9', '1.23e7', '−0.5000', '0'],
    ]);
    expect([Number.NaN, Number.POSITIVE_INFINITY].map((value) => significant(value))).toEqual([
      'not a number',
      'infinite',
    ]);
    expect([10_240, 999, -1_234_567].map((value) => grouped(value))).toEqual(['10 240', '999', '−1 234 567']);
    expect([-0.004, 0.004, -0.006].map((value) => grouped(value, 2))).toEqual(['0.00', '0.00', '−0.01']);
    expect([614_400, 3_480_000, 1.2e9, 12].map(abbreviated)).toEqual(['614k', '3.48M', '1.2B', '12']);
    expect([0.36, 0.004, 0.099, 1.5].map(percent)).toEqual(['36%', '0.4%', '9.9%', '150%']);
    expect([42, 200, 3600, 7500].map(duration)).toEqual(['42 s', '3 min 20 s', '1 h', '2 h 5 min']);
    // What is rounded up to the next unit is said in it.
    expect([59.6, 3599.6, 7199, 2 * 86_400 - 20].map(duration)).toEqual(['1 min', '1 h', '2 h', '2 d']);
    expect([273_600, 120 * 86_400, 301_677 * 3600].map(duration)).toEqual(['3 d 4 h', '120 days', '34 years']);
    expect([0, 999, 41_900_000].map(byteSize)).toEqual(['0 bytes', '999 bytes', '41.9 MB']);
  });
});

describe('markup', () => {
  it('escapes everything that is not markup', () => {
    const evil = `<script>alert("1")</script>&'\u202Etxt\u0000`;
    expect(escapeText(evil)).toBe('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\\u{202e}txt\\u{0}');
    expect(element('p', { title: evil }, evil).text).not.toMatch(/<script|"1"|\u202e/);
  });
});

describe('fewer points for the same picture', () => {
  const points = fc
    .array(fc.tuple(fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })), {
      minLength: 1,
      maxLength: 400,
    })
    .map((all): XY[] => all.toSorted((a, b) => a[0] - b[0]));

  it('keeps the first, the last and the extremes of every column of pixels', () => {
    fc.assert(
      fc.property(points, (all) => {
        const kept = keepExtremes(all);
        for (const [column, group] of Map.groupBy(all, ([x]) => Math.floor(x))) {
          const left = kept.filter(([x]) => Math.floor(x) === column);
          const ys = (of: readonly XY[]) => of.map(([, y]) => y);
          expect(left.length).toBeLessThanOrEqual(4);
          expect([left[0], left.at(-1)]).toEqual([group[0], group.at(-1)]);
          expect([Math.min(...ys(left)), Math.max(...ys(left))]).toEqual([
            Math.min(...ys(group)),
            Math.max(...ys(group)),
          ]);
        }
      }),
    );
  });
});

describe('an axis', () => {
  it('has round ends, or those of its data where asked', () => {
    const round = axis([0.3, 9.7], [0, 300], { label: '' });
    expect([round.at(0), round.at(10)]).toEqual([0, 300]);
    const exact = axis([0.5, 10.5], [0, 300], { label: '', exact: true });
    expect([exact.at(0.5), exact.at(10.5)]).toEqual([0, 300]);
  });

  it('has ticks for every width of a log scale, and refuses what has no logarithm', () => {
    const labels = (low: number, high: number) =>
      axis([low, high], [200, 0], { label: '', scale: 'log' }).ticks.map(({ label }) => label);
    expect(labels(2, 5.5)).toEqual(['2', '3', '4', '5']);
    expect(labels(1e-15, 1e-3)).toEqual(['1e−15', '1e−12', '1e−9', '1e−6', '0.001']);
    const log = axis([1, 10], [0, 1], { label: '', scale: 'log' });
    expect([0, -1, Number.NaN, 1].map(log.holds)).toEqual([false, false, false, true]);
  });

  it('is there without data, and around a single value', () => {
    for (const values of [[], [Number.NaN], [3], [0]]) {
      const { ticks, at } = axis(values, [0, 100], { label: '' });
      expect(ticks.length).toBeGreaterThan(1);
      expect(at(values[0] || 0)).toBeGreaterThanOrEqual(0);
    }
  });
});

const chart = {
  id: 'example',
  title: 'Loss',
  description: 'Falls.',
  width: 300,
  height: 200,
  x: { label: 'tokens' },
  y: { label: 'loss' },
};

describe('a line chart', () => {
  it('draws faint curves behind, marks on measured points, and a table of what is named', () => {
    const { svg, table } = lineChart({
      ...chart,
      series: [
        {
          label: 'SimBal',
          colour: 'blue',
          marks: true,
          points: [
            [0, 5],
            [10, 3],
          ],
        },
        {
          label: 'SimBal',
          colour: 'blue',
          look: 'faint',
          points: [
            [0, 5.2],
            [5, 4],
            [10, 3.1],
          ],
        },
        {
          label: 'none',
          colour: 'grey',
          marks: true,
          points: [
            [0, 5],
            [20, 2.5],
          ],
        },
      ],
    });
    expect(svg.text).toMatchSnapshot();
    expect(table).toEqual({
      columns: ['tokens', 'SimBal', 'none'],
      rows: [
        ['0', '5.0000', '5.0000'],
        ['10.00', '3.0000', ''],
        ['20.00', '', '2.5000'],
      ],
    });
  });

  it('leaves a gap where a value cannot be drawn', () => {
    const { svg } = lineChart({
      ...chart,
      series: [
        {
          label: 'a',
          colour: 'red',
          points: [
            [0, 1],
            [1, 2],
            [2, Number.NaN],
            [3, 2],
            [4, 1],
          ],
        },
      ],
    });
    const [, d] = /class="curve solid" d="(M[^"]*M[^"]*)"/.exec(svg.text)!;
    expect(d).not.toContain('NaN');
  });

  it('shows hostile names as text', () => {
    const label = `"><script>x</script>\u202E${'long '.repeat(2000)}`;
    const { svg } = lineChart({ ...chart, title: label, series: [{ label, colour: 'red', points: [[0, 1]] }] });
    expect(svg.text).not.toMatch(/<script|\u202e/);
    expect(svg.text.match(/<text[^>]*>([^<]*)<\/text>/)![1]!.length).toBeLessThan(100);
  });
});

describe('heat maps', () => {
  it('share one scale, cross out what is unused, and name each cell', () => {
    const { svg, table } = heatMaps({
      id: 'use',
      title: 'Use',
      description: 'Who works.',
      width: 300,
      most: 2,
      rows: [
        {
          label: 'none',
          colour: 'grey',
          maps: [
            {
              label: 'step 0',
              counts: [
                [0, 30],
                [10, 20],
              ],
            },
          ],
        },
      ],
    });
    expect(loads([0, 30])).toEqual([0, 2]);
    expect(svg.text).toContain('<title>layer 0, expert 0: 0 × mean load</title>');
    expect(svg.text).toContain('<title>layer 1, expert 1: 1.33 × mean load</title>');
    expect(svg.text.match(/fill:grey;fill-opacity:1"/g)).toHaveLength(1);
    expect(table.rows).toEqual([
      ['none, step 0, layer 0', '0', '2.00'],
      ['none, step 0, layer 1', '0.667', '1.33'],
    ]);
  });
});

describe('colours', () => {
  it('are the objective’s own, and shades of it for more runs', () => {
    expect(runColour('blue')).toBe('var(--blue, #0072b2)');
    expect(new Set([0, 1, 2, 3].map((shade) => runColour('blue', shade))).size).toBe(4);
  });
});
