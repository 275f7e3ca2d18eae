// Reports that were asked for, kept as small files of the home's folder for reports, to be made again. A file that is damaged or of
// somebody else counts as none.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { type ReportRequest, type ReportRow, reportRequestSchema } from '../../../shared/report.ts';
import { systemFault } from '../../../shared/system-faults.ts';

export interface KeptReports {
  /** The newest first. */
  list(): ReportRow[];
  /** A new one without an id; else in its place. @throws LabError 'not-found', 'store' */
  keep(request: ReportRequest, id?: string): ReportRow;
  /** @throws LabError 'not-found' */
  remove(id: string): void;
}

const rowSchema = z.strictObject({ id: z.uuid(), changed: z.iso.datetime(), request: reportRequestSchema });

/** @param folder of the home */
export function keptReports(folder: string): KeptReports {
  const fileOf = (id: string) => join(folder, `${id}.report.json`);
  const list = () => {
    const files = listed(folder).filter((name) => name.endsWith('.report.json'));
    const rows = files.flatMap((name) => readRow(join(folder, name)) ?? []);
    return rows.sort((a, b) => (a.changed < b.changed ? 1 : -1));
  };
  const known = (id: string) => {
    const row = list().find((one) => one.id === id);
    if (row) return row;
    throw new LabError('not-found', 'There is no such report.', { field: 'report', value: id.slice(0, 64) });
  };
  return {
    list,
    keep(request, id) {
      const row: ReportRow = {
        id: id === undefined ? randomUUID() : known(id).id,
        changed: new Date().toISOString(),
        request,
      };
      const file = fileOf(row.id);
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(`${file}.new`, `${JSON.stringify(row, null, 1)}\n`);
        renameSync(`${file}.new`, file);
      } catch (thrown) {
        throw new LabError('store', `The report cannot be kept: ${systemFault(thrown) ?? String(thrown)}.`, {
          field: file,
          remedy: 'Make room on the disk, or make the folder writable, and try again.',
        });
      }
      return row;
    },
    remove: (id) => rmSync(fileOf(known(id).id), { force: true }),
  };
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readRow(file: string): ReportRow | null {
  try {
    return rowSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}
