// Vocabulary specialisation (OLMoE, 2409.02060 §5.4): of all tokens with the id x, the share that chooses the expert i,
// N_xi / N_x; 1 where the expert has the token to itself (with K − 1 others).
import { type TokenTable, tokensOfExpert } from './token-table.ts';

/**
 * Per expert [E] the mean of N_xi / N_x over its own tokens, Σ_x (N_xi / N_i)·(N_xi / N_x); NaN where no token chose it. A router that does
 * not look at the token gives an expert its load, N_i / N; a token that comes once counts as 1, so small samples give large values.
 */
export function vocabularySpecialisation(table: TokenTable): Float64Array {
  const { totals } = table.index;
  return Float64Array.from({ length: table.experts }, (_, expert) => {
    let weighted = 0;
    let own = 0;
    for (const [place, count] of tokensOfExpert(table, expert).entries()) {
      own += count;
      weighted += count ** 2 / totals[place]!;
    }
    return weighted / own;
  });
}

export interface TokenShare {
  token: number;
  /** N_xi */
  count: number;
  /** N_xi / N_x */
  share: number;
}

/**
 * The tokens that an expert is most specialised on, at most `count`: by the lower end of the 95% Wilson interval of their share, so
 * that a token seen once does not come before one that comes often; of equal ones the lower id first.
 */
export function topTokens(table: TokenTable, expert: number, count: number): TokenShare[] {
  const { ids, totals } = table.index;
  const ranked: (TokenShare & { bound: number })[] = [];
  for (const [place, own] of tokensOfExpert(table, expert).entries()) {
    const total = totals[place]!;
    if (own > 0) {
      ranked.push({ token: ids[place]!, count: own, share: own / total, bound: wilsonLowerBound(own, total) });
    }
  }
  return ranked
    .sort((a, b) => b.bound - a.bound || a.token - b.token)
    .slice(0, count)
    .map(({ bound: _, ...token }) => token);
}

/** Lower end of the two-sided 95% interval of a share of `successes` in `trials` (Wilson 1927). */
function wilsonLowerBound(successes: number, trials: number): number {
  const z = 1.959964;
  const share = successes / trials;
  const scatter = Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return (share + z ** 2 / (2 * trials) - z * scatter) / (1 + z ** 2 / trials);
}
