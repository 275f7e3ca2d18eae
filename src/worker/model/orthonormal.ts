// Orthonormal columns, drawn uniformly: Householder QR in float64 of a normal matrix, each column of Q turned by the sign of
// its diagonal entry in R, without which the draw would not be Haar (Mezzadri 2007, math-ph/0609050). Additions,
// products, divisions and square roots alone, so the result is the same on every machine.

/** Turns normal numbers [rows, columns], row-major, into orthonormal columns in place; columns ≤ rows. */
export function orthonormalColumns(matrix: Float64Array, rows: number, columns: number): void {
  const at = (row: number, column: number) => row * columns + column;
  const signs: number[] = [];
  const scales: number[] = [];

  /** Applies I − scale·v·vᵀ to one column, v stored in column `pivot` from row `pivot` on. */
  const reflect = (vectors: Float64Array, target: Float64Array, pivot: number, column: number) => {
    let product = 0;
    for (let row = pivot; row < rows; row++) product += vectors[at(row, pivot)]! * target[at(row, column)]!;
    const factor = scales[pivot]! * product;
    for (let row = pivot; row < rows; row++) target[at(row, column)]! -= factor * vectors[at(row, pivot)]!;
  };

  for (let pivot = 0; pivot < columns; pivot++) {
    let squares = 0;
    for (let row = pivot; row < rows; row++) squares += matrix[at(row, pivot)]! ** 2;
    const diagonal = matrix[at(pivot, pivot)]!;
    // The reflection sends the column to −sign(diagonal)·norm·e, the choice that cancels nothing.
    const sign = diagonal < 0 ? -1 : 1;
    const norm = Math.sqrt(squares);
    signs.push(-sign);
    matrix[at(pivot, pivot)] = diagonal + sign * norm;
    scales.push(norm === 0 ? 0 : 1 / (norm * (norm + Math.abs(diagonal))));
    for (let column = pivot + 1; column < columns; column++) reflect(matrix, matrix, pivot, column);
  }

  const q = new Float64Array(rows * columns);
  for (let column = 0; column < columns; column++) q[at(column, column)] = signs[column]!;
  for (let pivot = columns - 1; pivot >= 0; pivot--) {
    for (let column = pivot; column < columns; column++) reflect(matrix, q, pivot, column);
  }
  matrix.set(q);
}
