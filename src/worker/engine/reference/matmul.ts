// Matrix products: one, and batches whose leading axes broadcast.
import { tf } from '../tf.ts';
import { broadcast, type Kernels, type Named, type NDArray, size, zeros } from './ndarray.ts';

type Entries = NDArray['values'];

/** A matrix inside of an array: entry (i, j) is at offset + i·row + j·column. */
export interface Matrix {
  values: Entries;
  offset: number;
  row: number;
  column: number;
}

/** A row-major matrix of `columns` columns, or its transpose. */
export const matrix = (values: Entries, columns: number, transposed = false, offset = 0): Matrix =>
  transposed ? { values, offset, row: 1, column: columns } : { values, offset, row: columns, column: 1 };

/** y += a·b for a [m, k], b [k, n], y [m, n]. */
export function addProduct(y: Matrix, a: Matrix, b: Matrix, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a.values[a.offset + i * a.row + p * a.column]!;
      for (let j = 0; j < n; j++) {
        y.values[y.offset + i * y.row + j * y.column]! += factor * b.values[b.offset + p * b.row + j * b.column]!;
      }
    }
  }
}

function batchMatMul(
  { a, b }: Named<'a' | 'b'>,
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
): NDArray {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  tf.util.assert(k === inner, () => `Cannot multiply matrices of shapes ${a.shape} and ${b.shape}.`);
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const y = zeros([...batch, m, n]);
  const fromA = broadcast(batchA, batch);
  const fromB = broadcast(batchB, batch);
  for (let i = 0; i < size(batch); i++) {
    addProduct(
      matrix(y.values, n, false, i * m * n),
      matrix(a.values, columnsA, transposeA, fromA[i]! * m * k),
      matrix(b.values, columnsB, transposeB, fromB[i]! * k * n),
      m,
      k,
      n,
    );
  }
  return y;
}

export const matmul: Kernels = { BatchMatMul: batchMatMul };
