// Which rows of a long list are in sight: only these are in the page.

export interface Window {
  /** Rows [start, end). */
  start: number;
  end: number;
  /** Pixels above the first and below the last of them. */
  before: number;
  after: number;
}

/** Where each row begins, and where the last one ends: one more entry than rows. */
export function offsetsOf(heights: readonly number[]): number[] {
  const offsets = [0];
  for (const height of heights) offsets.push(offsets.at(-1)! + height);
  return offsets;
}

export function windowOf(offsets: readonly number[], top: number, height: number, margin = 300): Window {
  const total = offsets.at(-1) ?? 0;
  const count = offsets.length - 1;
  const start = Math.max(0, Math.min(count, search(offsets, top - margin) - 1));
  const end = Math.max(start, Math.min(count, search(offsets, top + height + margin)));
  return { start, end, before: offsets[start] ?? 0, after: total - (offsets[end] ?? total) };
}

/** First index whose offset is above `at`. */
function search(offsets: readonly number[], at: number): number {
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
