// The one list of measures: what every card, column head and the documentation say of a number.
import { balanceMeasures } from './balance.ts';
import type { MeasureCard } from './card.ts';
import { pruningMeasures } from './pruning.ts';
import { routerMeasures } from './routers.ts';
import { specialisationMeasures } from './specialisation.ts';
import { trainingMeasures } from './training.ts';

export { betterWords, type MeasureCard } from './card.ts';

export const measureSections: readonly { title: string; cards: readonly MeasureCard[] }[] = [
  { title: 'Training', cards: trainingMeasures },
  { title: 'Balance', cards: balanceMeasures },
  { title: 'Experts and their use', cards: specialisationMeasures },
  { title: 'Routers', cards: routerMeasures },
  { title: 'Pruning', cards: pruningMeasures },
];

export const measureCards: readonly MeasureCard[] = measureSections.flatMap(({ cards }) => cards);

const byKey = new Map(measureCards.map((card) => [card.key, card]));

/** Undefined for a key that no card has. */
export const measureCard = (key: string): MeasureCard | undefined => byKey.get(key);

/** 'Omi, Sen, Farhadi: … , Fig. 2 (arXiv 2506.14038)' */
export function sourceText({ source: { work, place, arxiv } }: MeasureCard): string {
  return `${work}${place ? `, ${place}` : ''}${arxiv ? ` (arXiv ${arxiv})` : ''}`;
}
