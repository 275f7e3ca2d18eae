// What the tables of several studies are made of.
import { significant } from '../../../charts/index.ts';

/** A line above a table. */
export const titled = (text: string): string => `${text}\n`;

/** At most `most` of them, evenly spread, the first and last among them. */
export function sampled<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  const places = Array.from({ length: most }, (_, index) => Math.round((index * (items.length - 1)) / (most - 1)));
  return places.map((place) => items[place]!);
}

/** A number that may not be there. */
export const number = (value: number | null | undefined, digits = 3): string =>
  value == null || Number.isNaN(value) ? '–' : significant(value, digits);

/** Text of a token, with what cannot be seen made visible. */
export const tokenText = (text: string): string =>
  JSON.stringify(text.slice(0, 24))
    .slice(1, -1)
    .replace(/\\([\\"])/g, '$1')
    .replace(/^ | $/g, '␣') || '""';

export const tokensText = (tokens: readonly { text: string }[], most = 4): string =>
  tokens.length === 0
    ? 'none'
    : tokens
        .slice(0, most)
        .map(({ text }) => tokenText(text))
        .join(' ');
