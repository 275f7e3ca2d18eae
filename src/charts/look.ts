// How curves are told apart without colour: each colour of an objective has a dash pattern and a mark of its own, and groups
// of one colour take the next ones. Colours for paper are plain hexadecimal, which every program that opens an SVG reads.
import { color, interpolateLab } from 'd3';
import { type ColourKey, colours } from '../shared/config/index.ts';
import { element, type Markup } from './markup.ts';

export const markers = ['circle', 'square', 'triangle', 'diamond', 'plus', 'cross'] as const;
export type Marker = (typeof markers)[number];

export interface Look {
  /** Of stroke-dasharray; undefined is a whole line. */
  dash: string | undefined;
  marker: Marker;
}

const dashes = [undefined, '7 3', '2 3', '9 3 2 3', '4 2', '12 3 2 3 2 3'] as const;

const first: Readonly<Record<ColourKey, number>> = {
  blue: 0,
  orange: 1,
  grey: 2,
  green: 3,
  purple: 4,
  vermillion: 5,
  sky: 4,
  yellow: 3,
};

/** Of the `shade`-th group of one colour. */
export function lookOf(key: ColourKey, shade = 0): Look {
  return lookAt(first[key] + shade);
}

/** The same for curves that are told apart by their order alone. */
export function lookAt(index: number): Look {
  return { dash: dashes[index % dashes.length], marker: markers[index % markers.length]! };
}

/** Of the `shade`-th group of one colour, on white: yellow is darkened, which white would swallow. */
export function printColour(key: ColourKey, shade = 0): string {
  const base = key === 'yellow' ? '#b3a100' : colours[key];
  if (shade === 0) return base;
  const share = 1 - Math.max(0.4, 0.8 ** shade);
  return color(interpolateLab(base, shade % 2 ? '#1b1d21' : '#ffffff')(share))!.formatHex();
}

/** A mark around a place, of one size to the eye whatever its shape. */
export function drawMarker(marker: Marker, x: number, y: number, colour: string): Markup {
  const style = `fill:${colour}`;
  if (marker === 'circle') return element('circle', { class: 'mark', cx: x, cy: y, r: 3, style });
  const at = (dx: number, dy: number) => `${Math.round((x + dx) * 100) / 100} ${Math.round((y + dy) * 100) / 100}`;
  const corners: Partial<Record<Marker, string>> = {
    square: `M${at(-2.7, -2.7)}h5.4v5.4h-5.4z`,
    triangle: `M${at(0, -3.7)}L${at(3.4, 2.5)}L${at(-3.4, 2.5)}z`,
    diamond: `M${at(0, -4)}L${at(3.6, 0)}L${at(0, 4)}L${at(-3.6, 0)}z`,
  };
  const closed = corners[marker];
  if (closed) return element('path', { class: 'mark', d: closed, style });
  const strokes =
    marker === 'plus'
      ? `M${at(-3.6, 0)}h7.2M${at(0, -3.6)}v7.2`
      : `M${at(-2.8, -2.8)}L${at(2.8, 2.8)}M${at(-2.8, 2.8)}L${at(2.8, -2.8)}`;
  return element('path', { d: strokes, style: `stroke:${colour};stroke-width:1.8;fill:none` });
}
