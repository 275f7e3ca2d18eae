// Small multiples of layer × expert: how much of the work each expert does, one map a column, one row of maps a run. All
// share one scale, from an expert that nothing is routed to (crossed out) to the most that one can get.
import { type Drawing, type Figure, svg } from './figure.ts';
import { significant } from './format.ts';
import { element, type Markup } from './markup.ts';

export interface HeatMapRow {
  label: string;
  colour: string;
  /** One map each: L × E counts, or null where there is none. */
  maps: readonly { label: string; counts: readonly (readonly number[])[] | null }[];
}

export interface HeatMaps extends Omit<Drawing, 'height'> {
  rows: readonly HeatMapRow[];
  /** The largest load an expert can have, in multiples of the mean: E / K. */
  most: number;
}

const head = 22;
const gap = 10;

export function heatMaps(chart: HeatMaps): Figure {
  const { rows, width, most } = chart;
  const columns = Math.max(1, ...rows.map(({ maps }) => maps.length));
  const mapWidth = (width - gap * (columns - 1)) / columns;
  const layers = Math.max(1, ...rows.flatMap(({ maps }) => maps.map(({ counts }) => counts?.length ?? 0)));
  const cellHeight = Math.min(16, Math.max(5, 72 / layers));
  const rowHeight = head * 2 + layers * cellHeight;
  const height = rows.length * (rowHeight + 8) + 34;
  const drawn = rows.flatMap(({ label, colour, maps }, index) => {
    const top = index * (rowHeight + 8);
    const name = [
      element('rect', { x: 0, y: top + 5, width: 11, height: 11, rx: 2, style: `fill:${colour}` }),
      element('text', { x: 18, y: top + 15 }, label),
    ];
    return [
      ...name,
      ...maps.flatMap((map, column) => {
        const left = column * (mapWidth + gap);
        return [
          element('text', { class: 'tick', x: left, y: top + head + 13 }, map.label),
          ...(map.counts ? cells(map.counts, { left, top: top + head + 18, mapWidth, cellHeight, colour, most }) : []),
        ];
      }),
    ];
  });
  return {
    title: chart.title,
    svg: svg({ ...chart, height }, ...drawn, ...scaleOf(most, height - 20, width)),
    table: {
      columns: ['run, step, layer', ...experts(rows).map((expert) => `expert ${expert}`)],
      rows: rows.flatMap(({ label, maps }) =>
        maps.flatMap(({ label: step, counts }) =>
          (counts ?? []).map((layer, index) => [
            `${label}, ${step}, layer ${index}`,
            ...loads(layer).map((load) => significant(load, 3)),
          ]),
        ),
      ),
    },
  };
}

/** Loads as multiples of their mean. */
export function loads(counts: readonly number[]): number[] {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.map((count) => (mean > 0 ? count / mean : 0));
}

interface Place {
  left: number;
  top: number;
  mapWidth: number;
  cellHeight: number;
  colour: string;
  most: number;
}

function cells(counts: readonly (readonly number[])[], place: Place): Markup[] {
  const { left, top, mapWidth, cellHeight, colour, most } = place;
  return counts.flatMap((layer, row) => {
    const cellWidth = mapWidth / layer.length;
    return loads(layer).map((load, expert) => {
      const box = {
        x: left + expert * cellWidth,
        y: top + row * cellHeight,
        width: cellWidth - 1,
        height: cellHeight - 1,
      };
      const title = element('title', {}, `layer ${row}, expert ${expert}: ${significant(load, 3)} × mean load`);
      if (load > 0)
        return element('rect', { ...box, style: `fill:${colour};fill-opacity:${shade(load, most)}` }, title);
      const { x, y, width, height } = box;
      const cross = `M${x + 1} ${y + height - 1}L${x + width - 1} ${y + 1}`;
      return element(
        'g',
        {},
        title,
        element('rect', { ...box, style: 'fill:var(--line, #e3e5e8);fill-opacity:0.45' }),
        element('path', { d: cross, style: 'stroke:var(--quiet, #5d636d);stroke-width:0.8' }),
      );
    });
  });
}

/** Square root, so that loads below the mean are told apart as well as those far above it. */
const shade = (load: number, most: number) =>
  Math.round((0.06 + 0.94 * Math.sqrt(Math.min(1, load / most))) * 1000) / 1000;

/** What the shades mean, in words and samples. */
function scaleOf(most: number, top: number, width: number): Markup[] {
  const samples = [...new Set([0.25, 1, Math.sqrt(most), most].filter((load) => load <= most))];
  const step = Math.min(70, (width - 130) / (samples.length + 1));
  const unused = element('path', { d: `M1 ${top + 11}L13 ${top + 1}`, style: 'stroke:var(--quiet, #5d636d)' });
  return [
    element('rect', { x: 0, y: top, width: 14, height: 12, style: 'fill:var(--line, #e3e5e8);fill-opacity:0.45' }),
    unused,
    element('text', { class: 'tick', x: 19, y: top + 10 }, 'unused'),
    ...samples.flatMap((load, index) => {
      const x = 78 + index * step;
      const style = `fill:var(--ink, #1b1d21);fill-opacity:${shade(load, most)}`;
      return [
        element('rect', { x, y: top, width: 14, height: 12, style }),
        element('text', { class: 'tick', x: x + 19, y: top + 10 }, `${significant(load, 2).replace(/\.0$/, '')}×`),
      ];
    }),
    element('text', { class: 'tick', x: width, y: top + 10, 'text-anchor': 'end' }, 'of the mean load'),
  ];
}

function experts(rows: readonly HeatMapRow[]): number[] {
  const counts = rows.flatMap(({ maps }) => maps.flatMap((map) => map.counts ?? []));
  return Array.from({ length: Math.max(0, ...counts.map((layer) => layer.length)) }, (_, expert) => expert);
}
