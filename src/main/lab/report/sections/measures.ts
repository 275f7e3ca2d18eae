// Definitions of the measures that a report shows, by what its other sections hold.
import { type MeasureCard, measureCard } from '../../../../shared/measures/index.ts';
import type { ReportSection } from '../../../../shared/report.ts';
import type { Block, Section } from '../document.ts';

const shownBy: Partial<Record<ReportSection, readonly string[]>> = {
  answer: ['loss', 'perplexity', 'speed-up', 'unique-experts', 'minimum-pes'],
  runs: ['loss', 'perplexity', 'unique-experts', 'max-violation', 'minimum-pes', 'tokens-per-second'],
  loss: ['loss', 'speed-up'],
  'speed-up': ['speed-up'],
  utilization: ['unique-experts', 'seu', 'load-range'],
  balance: ['unique-experts', 'dead-experts', 'seu', 'entropy', 'max-violation', 'gini', 'load-range', 'orthogonality'],
  similarity: ['pes', 'minimum-pes', 'pes-rate', 'minimum-pes-rate'],
  'drop-top': ['loss', 'drop-top'],
  pruning: ['perplexity', 'threshold-pruning', 'pruned-speed'],
  speed: ['tokens-per-second'],
};

/** In the order of their first appearance; only of sections that show a number. */
export function measures(sections: readonly Section[]): Block[] {
  const showing = sections.filter(
    ({ blocks }) => blocks.some(({ kind }) => kind === 'table' || kind === 'figure') || blocks.length > 1,
  );
  const keys = [...new Set(showing.flatMap(({ key }) => shownBy[key] ?? []))];
  const cards = keys.map(measureCard).filter((card): card is MeasureCard => card !== undefined);
  return cards.map((card) => ({ kind: 'measure', card }));
}
