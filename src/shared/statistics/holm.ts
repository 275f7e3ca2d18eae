// Holm's correction (A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 1979): among m
// comparisons the chance that any of those called significant is none stays under the level. Needs no independence.

/** Adjusted p-values in the order given; null stays null and is no comparison. */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const tested = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  for (const [rank, { p, index }] of tested.entries()) {
    largest = Math.max(largest, Math.min(1, (tested.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
