// Singular values in float64: a Householder triangle first, then one-sided Jacobi rotations on it (Demmel & Veselić 1992), which
// lose no small value to a large one as the eigenvalues of a Gram matrix would.

/**
 * The min(rows, columns) singular values of a matrix, row-major and unchanged, falling. An entry that is no number makes all of
 * them NaN.
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): number[] {
  if (rows > columns) return singularValues(turned(matrix, rows, columns), columns, rows);
  const values = lengthsOf(matrix, rows, columns);
  return values.some(Number.isNaN) ? values.fill(Number.NaN) : values.sort((a, b) => b - a);
}

/** Of the rows, once they are orthogonal: count ≤ length of them. */
function lengthsOf(vectors: ArrayLike<number>, count: number, length: number): number[] {
  const triangle = triangular(Float64Array.from(vectors), count, length);
  rotate(triangle, count);
  return Array.from({ length: count }, (_, row) => Math.hypot(...triangle.subarray(row * count, (row + 1) * count)));
}

function turned(vectors: ArrayLike<number>, count: number, length: number): Float64Array {
  const result = new Float64Array(count * length);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < length; column++) result[column * count + row] = vectors[row * length + column]!;
  }
  return result;
}

/** Rows a of length `length` → rows of length `count` with the same products: aᵢ = Q·tᵢ, Q orthonormal. Consumes `vectors`. */
function triangular(vectors: Float64Array, count: number, length: number): Float64Array {
  const triangle = new Float64Array(count * count);
  for (let pivot = 0; pivot < count; pivot++) {
    const mirror = vectors.subarray(pivot * length + pivot, (pivot + 1) * length);
    const norm = Math.hypot(...blocks(mirror));
    // The reflection sends the vector to diagonal·e, of the sign that cancels nothing.
    const diagonal = mirror[0]! > 0 ? -norm : norm;
    mirror[0]! -= diagonal;
    const squares = product(mirror, mirror);
    for (let row = pivot + 1; row < count; row++) {
      const target = vectors.subarray(row * length + pivot, (row + 1) * length);
      if (squares > 0) {
        const factor = (2 * product(mirror, target)) / squares;
        for (let index = 0; index < target.length; index++) target[index]! -= factor * mirror[index]!;
      }
      triangle[row * count + pivot] = target[0]!;
    }
    triangle[pivot * count + pivot] = diagonal;
  }
  return triangle;
}

/** Norms of pieces, since Math.hypot takes its numbers as arguments. */
function blocks(vector: Float64Array): number[] {
  const norms: number[] = [];
  for (let at = 0; at < vector.length; at += 1024) norms.push(Math.hypot(...vector.subarray(at, at + 1024)));
  return norms;
}

/** Four sums at once: one alone waits for each addition before the next. */
function product(a: Float64Array, b: Float64Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = a.length & ~3;
  for (let index = 0; index < whole; index += 4) {
    first += a[index]! * b[index]!;
    second += a[index + 1]! * b[index + 1]!;
    third += a[index + 2]! * b[index + 2]!;
    fourth += a[index + 3]! * b[index + 3]!;
  }
  for (let index = whole; index < a.length; index++) first += a[index]! * b[index]!;
  return first + second + (third + fourth);
}

/** Rotates pairs of rows of a square matrix until all are orthogonal to working precision. */
function rotate(matrix: Float64Array, size: number): void {
  const tolerance = 2 ** -52;
  // Convergence is quadratic in the end; six to ten sweeps are usual, and sixty never needed.
  for (let sweep = 0; sweep < 60; sweep++) {
    let rotated = false;
    for (let i = 0; i < size - 1; i++) {
      const a = matrix.subarray(i * size, (i + 1) * size);
      for (let j = i + 1; j < size; j++) {
        const b = matrix.subarray(j * size, (j + 1) * size);
        const [aa, bb, ab] = [product(a, a), product(b, b), product(a, b)];
        if (!(Math.abs(ab) > tolerance * size * Math.sqrt(aa * bb))) continue;
        rotated = true;
        const zeta = (bb - aa) / (2 * ab);
        const tangent = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        const sine = cosine * tangent;
        for (let index = 0; index < size; index++) {
          const [x, y] = [a[index]!, b[index]!];
          a[index] = cosine * x - sine * y;
          b[index] = sine * x + cosine * y;
        }
      }
    }
    if (!rotated) return;
  }
}
