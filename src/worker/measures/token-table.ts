// Which tokens go to which expert, of one layer. The tokens are any of a place's three: what it reads, what it should predict,
// or what the model predicts.

/** The different tokens of a sample: a table needs columns for these alone, at most as many as the sample has tokens. */
export interface TokenIndex {
  /** Ascending, without repetition. */
  ids: Int32Array;
  /** [N] places in `ids`. */
  places: Int32Array;
  /** How often each of `ids` comes, N_x. */
  totals: Uint32Array;
}

export function indexTokens(tokens: Int32Array): TokenIndex {
  const sorted = tokens.toSorted();
  const ids = sorted.filter((id, index) => index === 0 || id !== sorted[index - 1]);
  const placeOf = new Map(Array.from(ids, (id, place) => [id, place]));
  const places = tokens.map((id) => placeOf.get(id)!);
  const totals = new Uint32Array(ids.length);
  for (const place of places) totals[place]!++;
  return { ids, places, totals };
}

export interface TokenTable {
  index: TokenIndex;
  /** N_xi, row-major [E, ids]: how often the expert was chosen with that token. */
  counts: Uint32Array;
  experts: number;
}

/** @param chosen [N, K] expert ids of one layer */
export function tokenTable(chosen: Uint16Array, active: number, index: TokenIndex, experts: number): TokenTable {
  const counts = new Uint32Array(experts * index.ids.length);
  for (let slot = 0; slot < chosen.length; slot++) {
    counts[chosen[slot]! * index.ids.length + index.places[Math.floor(slot / active)]!]!++;
  }
  return { index, counts, experts };
}

/** One expert's row of a table. */
export const tokensOfExpert = ({ counts, index }: TokenTable, expert: number): Uint32Array =>
  counts.subarray(expert * index.ids.length, (expert + 1) * index.ids.length);
