import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureCard, measureCards, sourceText } from './index.ts';
import { measuresMarkdown } from './markdown.ts';

test('keys and names are of one card each', () => {
  for (const read of ['key', 'name'] as const) {
    expect(new Set(measureCards.map((card) => card[read])).size).toBe(measureCards.length);
  }
  expect(measureCard('minimum-pes')!.name).toBe('Min PES');
  expect(measureCard('unheard')).toBeUndefined();
});

test.each(measureCards.map((card) => [card.name, card] as const))('%s is told whole', (_, card) => {
  expect(card.definition).toMatch(/^[A-Z].*\.$/);
  expect(card.definition).not.toMatch(/\. [A-Z]/);
  for (const caveat of card.caveats) expect(caveat).toMatch(/\.$/);
  expect(card.caveats.length).toBeGreaterThan(0);
  expect(card.formula).not.toContain('\n');
  expect(card.source.arxiv ?? '0000.00000').toMatch(/^\d{4}\.\d{5}$/);
  // Braces pair up, and \left with \right: what LaTeX would stop at.
  expect(card.latex.split('{').length).toBe(card.latex.split('}').length);
  expect(card.latex.split('\\left').length).toBe(card.latex.split('\\right').length);
});

test('sources in words', () => {
  expect(sourceText(measureCard('unique-experts')!)).toMatch(/^Omi.*, Fig\. 2 \(arXiv 2506\.14038\)$/);
  expect(sourceText(measureCard('tokens-per-second')!)).toBe('This lab');
});

test('docs/measures.md is what the cards say; scripts/write-measures.ts writes it', () => {
  const written = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'measures.md'), 'utf8');
  expect(written).toBe(measuresMarkdown());
});
