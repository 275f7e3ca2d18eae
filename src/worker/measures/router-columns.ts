// A router's columns, each the vector of one expert: their lengths, their directions, and how both move between checkpoints.
// R is row-major [D, E].

type Matrix = Float32Array | Float64Array;

/** ‖R_e‖ of each expert. */
export function columnNorms(router: Matrix, experts: number): number[] {
  const squares = new Array<number>(experts).fill(0);
  for (const [index, entry] of router.entries()) squares[index % experts]! += entry ** 2;
  return squares.map(Math.sqrt);
}

/** R with every column at unit length; a column of zeros stays one. */
export function unitColumns(router: Matrix, experts: number): Float64Array {
  const norms = columnNorms(router, experts).map((norm) => norm || 1);
  return Float64Array.from(router, (entry, index) => entry / norms[index % experts]!);
}

export interface RouterDrift {
  /** ‖R − R′‖ / ‖R′‖, Frobenius norms. */
  relative: number;
  /** Mean over experts of the cosine between an expert's vector and its former one: 1 where only lengths changed. */
  cosine: number;
}

/** From an earlier router R′ to R. */
export function routerDrift(earlier: Matrix, later: Matrix, experts: number): RouterDrift {
  let [moved, before] = [0, 0];
  for (const [index, entry] of earlier.entries()) {
    moved += (later[index]! - entry) ** 2;
    before += entry ** 2;
  }
  const [from, to] = [unitColumns(earlier, experts), unitColumns(later, experts)];
  const cosine = from.reduce((sum, entry, index) => sum + entry * to[index]!, 0) / experts;
  return { relative: Math.sqrt(moved / before), cosine };
}
