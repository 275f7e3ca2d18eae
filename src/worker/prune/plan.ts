// Which experts of a layer stay, and what each of them is made of.

/** An expert of the unpruned layer, and its weight in a sum whose weights add up to 1. */
export interface Source {
  expert: number;
  weight: number;
}

/** Per layer, the experts that stay in their order; each the weighted sum of its sources, of which it is the first. */
export type Plan = readonly (readonly (readonly Source[])[])[];

export const keptOf = (plan: Plan): number[][] => plan.map((layer) => layer.map(([first]) => first!.expert));

/** Removal: each expert that stays is what it was. */
export const removalPlan = (kept: readonly (readonly number[])[]): Plan =>
  kept.map((layer) => layer.map((expert) => [{ expert, weight: 1 }]));

export interface Removal {
  layers: number;
  experts: number;
  /** How many go: of each layer, or of all together. */
  removed: number;
  scope: 'layer' | 'global';
  /** The one layer that they go from; null takes from all. */
  layer: number | null;
  /** The highest scores go first. */
  reversed: boolean;
}

/** L ascending lists of the experts that stay. Lowest scores go first (equal ones: the later expert), each layer keeping one. */
export function stayingExperts(scores: Float64Array, removal: Removal): number[][] {
  const { layers, experts, removed, scope, reversed, layer: single } = removal;
  const left = Array.from({ length: layers }, () => new Set(Array.from({ length: experts }, (_, expert) => expert)));
  const sign = reversed ? -1 : 1;
  const remove = (indices: number[]) => {
    indices.sort((a, b) => sign * (scores[a]! - scores[b]!) || b - a);
    let remaining = removed;
    for (const index of indices) {
      const layer = left[Math.floor(index / experts)]!;
      if (remaining === 0 || layer.size === 1) continue;
      layer.delete(index % experts);
      remaining--;
    }
  };
  const indices = Array.from(scores.keys());
  if (scope === 'global') remove(indices);
  else {
    const pruned = single === null ? left.keys() : [single];
    for (const layer of pruned) remove(indices.slice(layer * experts, (layer + 1) * experts));
  }
  return left.map((layer) => [...layer]);
}

/**
 * Merging: each expert that goes joins the one that stays with the largest cosine to it (equal ones: the earlier); weights are slots on the
 * calibration tokens, or equal where a whole group has none.
 * @param cosines one layer's [E, E]; @param counts L × E
 */
export function mergePlan(
  kept: readonly (readonly number[])[],
  cosines: (layer: number) => Float64Array,
  counts: Float64Array,
): Plan {
  return kept.map((stays, layer) => {
    const E = counts.length / kept.length;
    const cosine = cosines(layer);
    const groups = new Map(stays.map((expert) => [expert, [expert]]));
    for (let expert = 0; expert < E; expert++) {
      if (groups.has(expert)) continue;
      const nearest = stays.reduce((best, other) =>
        cosine[expert * E + other]! > cosine[expert * E + best]! ? other : best,
      );
      groups.get(nearest)!.push(expert);
    }
    return stays.map((expert) => weighted(groups.get(expert)!, counts.subarray(layer * E, (layer + 1) * E)));
  });
}

function weighted(group: readonly number[], counts: Float64Array): Source[] {
  const total = group.reduce((sum, expert) => sum + counts[expert]!, 0);
  return group.map((expert) => ({ expert, weight: total > 0 ? counts[expert]! / total : 1 / group.length }));
}
