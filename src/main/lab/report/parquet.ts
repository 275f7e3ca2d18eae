// A data table as Parquet: text as UTF-8, numbers as doubles, what is not there as null.
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { DataTable } from './data-tables.ts';

export function parquetOf({ columns }: DataTable): Uint8Array {
  const bytes = parquetWriteBuffer({
    columnData: columns.map(({ name, type, values }) => ({
      name,
      data: values,
      type: type === 'text' ? ('STRING' as const) : ('DOUBLE' as const),
    })),
    createdBy: 'SimBal Lab',
  });
  return new Uint8Array(bytes);
}
