// The rate at which a measure moves: the difference between two evaluations per token trained between them (2506.14038,
// Figs. 3b and 5).

/** One for each point; null at the first, and where a value or a token between two is missing. */
export function ratesOfChange(points: readonly { tokens: number; value: number | null }[]): (number | null)[] {
  return points.map(({ tokens, value }, index) => {
    const before = points[index - 1];
    if (!before || before.value === null || value === null || tokens <= before.tokens) return null;
    return (value - before.value) / (tokens - before.tokens);
  });
}
