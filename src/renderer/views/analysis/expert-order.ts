// An order of experts in which those that belong together stand side by side: the leaves of a tree of average linkage (UPGMA),
// found by chains of nearest neighbours (Murtagh 1983), so that E² steps are enough.

/**
 * `similarity` is E × E, larger for those that are more alike; its diagonal is not read, both triangles are averaged, and what
 * is not a number counts as the least. Of equals the first comes first: the same matrix gives the same order.
 */
export function clusterOrder(similarity: ArrayLike<number>, E: number): number[] {
  const between = symmetric(similarity, E);
  const leaves = Array.from({ length: E }, (_, expert) => [expert]);
  const open = new Set(leaves.keys());
  const chain: number[] = [];
  while (open.size > 1) {
    if (chain.length === 0) chain.push(open.values().next().value!);
    const tip = chain.at(-1)!;
    const before = chain.at(-2);
    const nearest = nearestOf(tip, before, open, between, E);
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const [kept, gone] = tip < nearest ? [tip, nearest] : [nearest, tip];
    merge(kept, gone, open, between, leaves, E);
  }
  return E === 0 ? [] : leaves[open.values().next().value!]!;
}

function nearestOf(tip: number, before: number | undefined, open: Set<number>, between: Float64Array, E: number) {
  // The one before wins a tie, or a chain would go round in a circle.
  let nearest = before ?? -1;
  for (const other of open) {
    if (other === tip) continue;
    if (nearest < 0 || between[tip * E + other]! > between[tip * E + nearest]!) nearest = other;
  }
  return nearest;
}

/** `gone` becomes part of `kept`, and its similarities those of both, weighted by their experts. */
function merge(
  kept: number,
  gone: number,
  open: Set<number>,
  between: Float64Array,
  leaves: number[][],
  E: number,
): void {
  open.delete(gone);
  const [a, b] = [leaves[kept]!.length, leaves[gone]!.length];
  for (const other of open) {
    const mean = (a * between[kept * E + other]! + b * between[gone * E + other]!) / (a + b);
    between[kept * E + other] = between[other * E + kept] = mean;
  }
  leaves[kept] = [...leaves[kept]!, ...leaves[gone]!];
}

function symmetric(values: ArrayLike<number>, E: number): Float64Array {
  let least = 0;
  for (let at = 0; at < E * E; at += 1) if (values[at]! < least) least = values[at]!;
  const known = (value: number) => (Number.isFinite(value) ? value : least);
  return Float64Array.from({ length: E * E }, (_, at) => {
    const [row, column] = [Math.floor(at / E), at % E];
    return (known(values[at]!) + known(values[column * E + row]!)) / 2;
  });
}

/** Rows and columns of an E × E matrix in another order. */
export function reordered(values: ArrayLike<number>, order: readonly number[]): Float64Array {
  const E = order.length;
  return Float64Array.from({ length: E * E }, (_, at) => values[order[Math.floor(at / E)]! * E + order[at % E]!]!);
}
