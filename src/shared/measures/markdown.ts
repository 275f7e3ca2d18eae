// The measure cards as the page docs/measures.md, written by scripts/write-measures.ts.
import { betterWords, type MeasureCard, measureSections, sourceText } from './index.ts';

export function measuresMarkdown(): string {
  const parts = measureSections.flatMap(({ title, cards }) => [`## ${title}`, ...cards.map(cardMarkdown)]);
  return `${[heading, ...parts].join('\n\n')}\n`;
}

const heading = `# Measures

Every number that the lab shows: what it is, which way is good, where it comes from, and what it does not show. Letters: B sequences of T tokens, N tokens, D
model width, E experts of a layer, K experts that a token uses. This page is written by \`scripts/write-measures.ts\` from \`src/shared/measures\`.`;

function cardMarkdown(card: MeasureCard): string {
  const { name, unit, better, definition, formula, latex, caveats } = card;
  return [
    `### ${name}`,
    definition,
    `\`${formula}\``,
    `$$${latex}$$`,
    `Unit: ${unit ?? 'none'}; ${betterWords[better]}. Source: ${sourceText(card)}.`,
    caveats.map((caveat) => `- ${caveat}`).join('\n'),
  ].join('\n\n');
}
