// The best one-to-one assignment of rows to columns: the Hungarian method in O(n³), by shortest augmenting paths with
// potentials (Kuhn 1955, Munkres 1957; in this form Jonker & Volgenant 1987).

/**
 * @param score square, score[i][j] of giving column j to row i; finite
 * @returns for each row its column, with the largest sum of scores
 */
export function bestAssignment(score: readonly (readonly number[])[]): number[] {
  const n = score.length;
  // Index 0 stands for "none": rows and columns count from 1.
  const rowPotential = new Float64Array(n + 1);
  const columnPotential = new Float64Array(n + 1);
  const rowOfColumn = new Int32Array(n + 1);
  for (let row = 1; row <= n; row++) {
    const distance = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const previous = new Int32Array(n + 1);
    const done = new Uint8Array(n + 1);
    rowOfColumn[0] = row;
    let column = 0;
    do {
      done[column] = 1;
      const from = rowOfColumn[column]!;
      let [nearest, step] = [0, Number.POSITIVE_INFINITY];
      for (let next = 1; next <= n; next++) {
        if (done[next]) continue;
        const reduced = -score[from - 1]![next - 1]! - rowPotential[from]! - columnPotential[next]!;
        if (reduced < distance[next]!) {
          distance[next] = reduced;
          previous[next] = column;
        }
        if (distance[next]! < step) [nearest, step] = [next, distance[next]!];
      }
      for (let next = 0; next <= n; next++) {
        if (done[next]) {
          rowPotential[rowOfColumn[next]!]! += step;
          columnPotential[next]! -= step;
        } else distance[next]! -= step;
      }
      column = nearest;
    } while (rowOfColumn[column] !== 0);
    while (column !== 0) {
      rowOfColumn[column] = rowOfColumn[previous[column]!]!;
      column = previous[column]!;
    }
  }
  const assignment = new Array<number>(n);
  for (let column = 1; column <= n; column++) assignment[rowOfColumn[column]! - 1] = column - 1;
  return assignment;
}
