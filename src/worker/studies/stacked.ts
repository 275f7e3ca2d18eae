// Arrays of all layers as one.

/** One array of a layer's array each, which are of equal length. */
export function stacked(layers: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(layers.length * (layers[0]?.length ?? 0));
  for (const [layer, values] of layers.entries()) all.set(values, layer * values.length);
  return all;
}
