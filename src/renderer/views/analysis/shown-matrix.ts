// A matrix as a map with names: what its rows and columns are, and what a cell says in words.

export interface ShownMatrix {
  id: string;
  label: string;
  colour: string;
  /** 'layer 1, step 40' */
  detail: string;
  values: ArrayLike<number>;
  /** Columns. */
  n: number;
  rowName: (row: number) => string;
  columnName: (column: number) => string;
  read: (row: number, column: number) => string;
}

export const largestOf = (maps: readonly Pick<ShownMatrix, 'values'>[]): number => {
  let most = 0;
  for (const { values } of maps) {
    for (let at = 0; at < values.length; at += 1) most = Math.max(most, Math.abs(values[at]!) || 0);
  }
  return most;
};
