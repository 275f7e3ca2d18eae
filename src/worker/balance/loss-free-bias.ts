// Auxiliary-loss-free balancing (2408.15664): the top K of s + b are chosen and weighted by s alone; after each optimizer batch
// b += u·sign(mean load − load), u = 0.001. The counts are of the past batch, so nothing of a future token leaks.

/** Updates one layer's bias [E] in place from the slots of each expert [E] over the optimizer batch. */
export function updateBias(bias: Float32Array, counts: ArrayLike<number>, rate: number): void {
  let total = 0;
  for (let expert = 0; expert < bias.length; expert++) total += counts[expert]!;
  const mean = total / bias.length;
  for (let expert = 0; expert < bias.length; expert++) bias[expert]! += rate * Math.sign(mean - counts[expert]!);
}
