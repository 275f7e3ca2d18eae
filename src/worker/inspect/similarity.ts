// Cosines between E long vectors that come one after the other in pieces: exactly while they fit into memory, else from a
// CountSketch of each (Charikar, Chen & Farach-Colton 2002): every coordinate is added with a random sign to one of S
// sums, a random projection that keeps inner products, with a standard error of 1/√S for a cosine near 0.

/** Numbers that all vectors together may have to be held as they are: 64 MB. */
const exactNumbers = 16 * 1024 * 1024;
const sketchSums = 4096;
const seed = 0x5117ba1;

export type SimilarityMethod = 'exact' | 'sketch';

export const similarityMethod = (count: number, length: number): SimilarityMethod =>
  count * length <= exactNumbers ? 'exact' : 'sketch';

export const sketchError = (method: SimilarityMethod): number | null =>
  method === 'sketch' ? 1 / Math.sqrt(sketchSums) : null;

/** One vector, kept whole or as its sketch; the same coordinates go into the same sums in every sketch. */
export class Fingerprint {
  readonly values: Float32Array | Float64Array;
  squares = 0;
  readonly #method: SimilarityMethod;
  #length = 0;

  constructor(method: SimilarityMethod, length: number) {
    this.#method = method;
    this.values = method === 'exact' ? new Float32Array(length) : new Float64Array(sketchSums);
  }

  /** The next coordinates; those that are not finite count as 0. */
  add(piece: Float32Array): void {
    let squares = 0;
    for (let index = 0; index < piece.length; index++) {
      const value = piece[index]!;
      if (!Number.isFinite(value)) continue;
      squares += value * value;
      if (this.#method === 'exact') this.values[this.#length + index] = value;
      else {
        const hash = mix(this.#length + index);
        this.values[hash % sketchSums]! += hash & 0x80000000 ? value : -value;
      }
    }
    this.#length += piece.length;
    this.squares += squares;
  }
}

/** A well-mixed word of a coordinate (the finaliser of MurmurHash3), unsigned. */
function mix(coordinate: number): number {
  let hash = (coordinate ^ seed) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Cosine of two fingerprints of the same method; 0 beside a vector that is zero. */
export function cosine(a: Fingerprint, b: Fingerprint): number {
  if (a.squares === 0 || b.squares === 0) return 0;
  let sum = 0;
  for (let index = 0; index < a.values.length; index++) sum += a.values[index]! * b.values[index]!;
  return Math.max(-1, Math.min(1, sum / Math.sqrt(a.squares * b.squares)));
}

/** The E × E cosines; the diagonal is 1, or 0 for a vector that is zero. */
export function cosines(fingerprints: readonly Fingerprint[]): Float64Array[] {
  const matrix = fingerprints.map(({ squares }, i) => {
    const row = new Float64Array(fingerprints.length);
    if (squares > 0) row[i] = 1;
    return row;
  });
  for (const [i, a] of fingerprints.entries()) {
    for (let j = i + 1; j < fingerprints.length; j++) {
      const value = cosine(a, fingerprints[j]!);
      matrix[i]![j] = value;
      matrix[j]![i] = value;
    }
  }
  return matrix;
}

/** Pairs i < j by falling value, those that `keep` keeps. */
export function pairs(
  matrix: readonly ArrayLike<number>[],
  keep: (cosine: number) => boolean = () => true,
): { experts: [number, number]; cosine: number }[] {
  const found: { experts: [number, number]; cosine: number }[] = [];
  for (const [i, row] of matrix.entries()) {
    for (let j = i + 1; j < row.length; j++) if (keep(row[j]!)) found.push({ experts: [i, j], cosine: row[j]! });
  }
  return found.sort((a, b) => b.cosine - a.cosine);
}
