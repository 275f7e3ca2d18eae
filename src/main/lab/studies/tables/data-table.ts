// Results as rows of numbers for other programs: long tables, one fact a row, runs below each other.
import { type Cell, csvLine } from '../../../../charts/csv.ts';

export interface DataTable {
  /** What it is called as a file, without its ending. */
  name: string;
  head: readonly string[];
  rows: Iterable<readonly Cell[]>;
}

/** The run that rows belong to: its first two columns. */
export interface TableRun {
  id: string;
  name: string;
}

export const runHead = ['run', 'name'] as const;

/** Tables of one name as one, in the order in which names first come. */
export function joinedTables(tables: readonly DataTable[]): DataTable[] {
  return [...Map.groupBy(tables, ({ name }) => name).values()].map((alike) => ({
    ...alike[0]!,
    rows: alike.flatMap(({ rows }) => [...rows]),
  }));
}

/** In parts. */
export function* tableCsv({ head, rows }: DataTable): Generator<string> {
  yield csvLine(head);
  for (const row of rows) yield csvLine(row);
}
