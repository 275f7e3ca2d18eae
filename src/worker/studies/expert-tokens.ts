// The tokens that an expert is specialised on, with their texts.
import type { ExpertToken } from '../../shared/studies/routing.ts';
import type { TokenTable } from '../measures/token-table.ts';
import { topTokens } from '../measures/vocabulary-specialisation.ts';

export const expertTokens = (
  table: TokenTable,
  expert: number,
  count: number,
  textOf: (token: number) => string,
): ExpertToken[] => topTokens(table, expert, count).map((top) => ({ ...top, text: textOf(top.token) }));
