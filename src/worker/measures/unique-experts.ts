// Unique experts activated (2506.14038, Fig. 2): how many experts received at least one token of the validation set.

/** Per layer, 0 to E. @param counts L × E */
export const uniqueExperts = (counts: readonly (readonly number[])[]): number[] =>
  counts.map((loads) => loads.filter((load) => load > 0).length);

/** Pooled over (layer, expert) pairs, 0 to L·E. @param counts L × E */
export const uniqueExpertsPooled = (counts: readonly (readonly number[])[]): number =>
  uniqueExperts(counts).reduce((sum, unique) => sum + unique, 0);
