// The font that reports carry with them: Inter (SIL Open Font License 1.1, The Inter Project Authors), its Latin part as woff2.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const read = new Map<string, string>();

/** As base64. */
export function interFont(weight: '400' | '600'): string {
  let font = read.get(weight);
  if (font === undefined) {
    const file = createRequire(import.meta.url).resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    font = readFileSync(file).toString('base64');
    read.set(weight, font);
  }
  return font;
}

export const fontFace = (weight: '400' | '600') =>
  `@font-face { font-family: Inter; font-weight: ${weight}; font-display: swap; src: url(data:font/woff2;base64,${interFont(weight)}) format("woff2"); }`;

export const fontNotice = 'Set in Inter (© The Inter Project Authors, SIL Open Font License 1.1).';
