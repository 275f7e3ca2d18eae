// Which of many things a few typed letters mean.

/** Those whose text holds every typed word, the ones where a word begins with it first; all of them for no words. */
export function matching<Item>(query: string, items: readonly Item[], text: (item: Item) => string): Item[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...items];
  const scored = items.flatMap((item) => {
    const name = text(item).toLowerCase();
    if (!words.every((word) => name.includes(word))) return [];
    const score = words.filter((word) => name.startsWith(word) || name.includes(` ${word}`)).length;
    return [{ item, score }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ item }) => item);
}
