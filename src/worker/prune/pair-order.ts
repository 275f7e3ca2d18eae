// In which order experts go when of the most similar pair one always goes.

/**
 * Greedy: of the pair with the largest cosine among the experts left, the one with fewer slots goes (equal slots: the later one),
 * until one is left. An expert's score is 1 − that cosine, 2 for the last; the largest cosine of fewer experts is never larger,
 * and where it is the same again the score is the next number above, so scores rise in the order of going, and scores of several
 * layers can be compared.
 * @param cosines [E, E], symmetric; @param counts [E] slots on the calibration tokens
 */
export function pairScores(cosines: Float64Array, counts: ArrayLike<number>): Float64Array {
  const E = counts.length;
  const scores = new Float64Array(E);
  const left = new Set(Array.from({ length: E }, (_, expert) => expert));
  const cosine = (a: number, b: number) => cosines[a * E + b]!;
  const nearest = (expert: number): number => {
    let best = -1;
    for (const other of left) {
      if (other !== expert && (best < 0 || cosine(expert, other) > cosine(expert, best))) best = other;
    }
    return best;
  };
  const partner = Array.from(left, nearest);
  // Below 1 less any cosine.
  let last = -1;
  while (left.size > 1) {
    let first = -1;
    for (const expert of left) {
      if (first < 0 || cosine(expert, partner[expert]!) > cosine(first, partner[first]!)) first = expert;
    }
    const second = partner[first]!;
    const [earlier, later] = first < second ? [first, second] : [second, first];
    const goes = counts[earlier]! < counts[later]! ? earlier : later;
    last = Math.max(1 - cosine(first, second), above(last));
    scores[goes] = last;
    left.delete(goes);
    for (const expert of left) if (partner[expert] === goes) partner[expert] = nearest(expert);
  }
  for (const expert of left) scores[expert] = Math.max(2, above(last));
  return scores;
}

/** The least step of a float64 from here, or two. */
const above = (value: number): number => value + Math.abs(value) * 2 ** -52 + Number.MIN_VALUE;
