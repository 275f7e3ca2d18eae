// What a measure card says in one line under its definition.
import { betterWords, type MeasureCard, sourceText } from '../../../shared/measures/index.ts';

export const measureFormula = ({ formula, ...card }: MeasureCard): string => `${formula}; ${measureSource(card)}`;

/** Unit, which way is good, and the source. */
export const measureSource = (card: Omit<MeasureCard, 'formula'>): string =>
  `${card.unit ?? 'no unit'}, ${betterWords[card.better]}. Source: ${sourceText(card as MeasureCard)}.`;
