// Arrow keys in a list that is walked in a circle: menus and the palette.

/** The index that a key leads to from `at`; null for a key that leads nowhere, and in an empty list. */
export function indexFor(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key === 'ArrowDown') return (at + 1) % count;
  return key === 'ArrowUp' ? (Math.max(0, at) - 1 + count) % count : null;
}
