// How far one layer's router R [D, E] is from orthonormal columns (2506.14038): with the Gram matrix G = RᵀR, the mean of the
// E² entries of (G − I)², and ‖G − I‖₁ = Σ|G − I| over all entries, which is the SimBal loss without its coefficient.

export interface RouterOrthogonality {
  /** G = RᵀR, row-major [E, E]. */
  gram: Float64Array;
  meanSquare: number;
  l1: number;
}

/** @param router R, row-major [D, E]; @param experts E */
export function routerOrthogonality(router: Float32Array | Float64Array, experts: number): RouterOrthogonality {
  const gram = gramMatrix(router, experts);
  let squares = 0;
  let l1 = 0;
  for (const [index, entry] of gram.entries()) {
    const departure = entry - (index % (experts + 1) === 0 ? 1 : 0);
    squares += departure ** 2;
    l1 += Math.abs(departure);
  }
  return { gram, meanSquare: squares / experts ** 2, l1 };
}

function gramMatrix(router: Float32Array | Float64Array, E: number): Float64Array {
  const gram = new Float64Array(E * E);
  for (let row = 0; row < router.length; row += E) {
    for (let i = 0; i < E; i++) {
      const left = router[row + i]!;
      for (let j = i; j < E; j++) gram[i * E + j]! += left * router[row + j]!;
    }
  }
  for (let i = 0; i < E; i++) for (let j = 0; j < i; j++) gram[i * E + j] = gram[j * E + i]!;
  return gram;
}
