// Random numbers by counter: Philox 2×32-10 (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011). Number i of a
// seed is a function of both and of nothing before it. For resampling; a run's own randomness is the worker's.

const multiplier = 0xd256d193;
const weyl = 0x9e3779b9;

/** Two words of 32 bits, in place of the counter's two, under a key. */
export function philox2x32(counter: readonly [number, number], key: number): [number, number] {
  let [left, right] = counter;
  for (let round = 0; round < 10; round += 1) {
    const product = BigInt(left) * BigInt(multiplier);
    const high = Number(product >> 32n);
    left = (high ^ key ^ right) >>> 0;
    right = Number(product & 0xffffffffn);
    key = (key + weyl) >>> 0;
  }
  return [left, right];
}

/** Uniform in [0, 1): number `index` (below 2⁵³) of a seed (below 2³²). */
export function uniform(seed: number, index: number): number {
  const [word] = philox2x32([index >>> 0, Math.floor(index / 2 ** 32)], seed >>> 0);
  return word / 2 ** 32;
}
