// Finds weights that are no numbers. A file that holds them is whole and is opened; whoever uses it is told.

/** How many entries are NaN or infinite, and the index of the first. */
export function notFinite(data: Float32Array): { count: number; first: number | null } {
  let count = 0;
  let first: number | null = null;
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index]!)) continue;
    count++;
    first ??= index;
  }
  return { count, first };
}
