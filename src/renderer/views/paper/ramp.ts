// Curves in an order (evaluations over training, layers from first to last) as shades of one colour, stronger towards the end.

/** @param place from 0, of so many */
export function ramp(colour: string, place: number, many: number): string {
  const share = many < 2 ? 100 : Math.round(30 + (70 * place) / (many - 1));
  return share === 100 ? colour : `color-mix(in oklab, ${colour} ${share}%, var(--paper, #ffffff))`;
}
