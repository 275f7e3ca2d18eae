// Colours of objectives as CSS: one a kind of objective everywhere, seeds as shades of it, both themes from variables.
import { type ColourKey, colours } from '../shared/config/index.ts';

/** Lighter steps on a dark ground, where the saturated ones would sink. */
const onDark: Partial<Record<ColourKey, string>> = {
  grey: '#a3a3a3',
  blue: '#3d9fe0',
  sky: '#8fd0f5',
  green: '#2cc79b',
  vermillion: '#f0813a',
  purple: '#dd95bd',
};

const keys = Object.keys(colours) as ColourKey[];
const declarations = (of: (key: ColourKey) => string) => keys.map((key) => `--${key}: ${of(key)};`).join(' ');

/** Variables for a light and a dark ground. */
export const colourVariables = {
  light: declarations((key) => colours[key]),
  dark: declarations((key) => onDark[key] ?? colours[key]),
};

/** Of the `shade`-th run of one colour: the first is the colour itself, the next are mixed with the ground. */
export function runColour(key: ColourKey, shade = 0): string {
  const colour = `var(--${key}, ${colours[key]})`;
  if (shade === 0) return colour;
  const share = Math.round(100 * Math.max(0.4, 0.8 ** shade));
  return `color-mix(in oklab, ${colour} ${share}%, var(--${shade % 2 ? 'ink, #1b1d21' : 'paper, #ffffff'}))`;
}
