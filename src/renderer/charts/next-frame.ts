// One animation frame for everything that is drawn: what is asked for several times before it, is drawn once.

const waiting = new Map<object, () => void>();

/** `draw` at the next frame, instead of what `of` was to draw there before. */
export function onNextFrame(of: object, draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.set(of, draw);
}

function drawAll(): void {
  const now = [...waiting.values()];
  waiting.clear();
  for (const draw of now) draw();
}
