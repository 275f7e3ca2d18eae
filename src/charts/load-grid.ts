// Where each cell of a layer × expert map lies, and how strong its colour is. Pure; the strength is that of heat-map.ts.

export interface Cell {
  layer: number;
  expert: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** In multiples of the mean load of the layer. */
  load: number;
  /** 0 where nothing is routed; else from 0.06 to 1. */
  strength: number;
}

/** Cells of L × E counts in a box, from edge to edge; `most` is the largest load an expert can have, E / K. */
export function loadGrid(
  counts: readonly (readonly number[])[],
  box: { width: number; height: number },
  most: number,
): Cell[] {
  const height = box.height / Math.max(1, counts.length);
  return counts.flatMap((layer, row) => {
    const mean = layer.reduce((sum, count) => sum + count, 0) / layer.length;
    const width = box.width / layer.length;
    return layer.map((count, expert) => {
      const load = mean > 0 ? count / mean : 0;
      const strength = load > 0 ? 0.06 + 0.94 * Math.sqrt(Math.min(1, load / most)) : 0;
      return { layer: row, expert, x: expert * width, y: row * height, width, height, load, strength };
    });
  });
}
