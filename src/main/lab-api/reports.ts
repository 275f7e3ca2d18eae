// The calls about reports: a preview, files of every format, and the requests that are kept.
import { join } from 'node:path';
import type { ApiHandlers } from '../../shared/api.ts';
import { fileName } from '../../shared/file-name.ts';
import type { ReportRequest } from '../../shared/report.ts';
import type { Printer } from '../compute/index.ts';
import { compare } from '../lab/index.ts';
import { keptReports, makeReport, reportHtml, timeText, writeReport } from '../lab/report/index.ts';
import { reportPage } from '../lab/report-page.ts';
import type { ReadOnlyStore } from '../store/index.ts';
import type { Line } from './in-turn.ts';

/** Null where this machine has nothing to print with. */
export type OpenPrinter = () => Promise<Printer | null>;

interface Context {
  store: ReadOnlyStore;
  dialogs: ApiHandlers['dialogs'];
  printer: OpenPrinter;
  /** Of reports that are written: each may start a browser. */
  line: Line;
}

const command = (rest: string) => `simbal ${rest}`;

export function reportHandlers({ store, dialogs, printer, line }: Context): ApiHandlers['reports'] {
  const kept = keptReports(store.paths.reports);
  const written = line.inTurn((options: Parameters<typeof writeReport>[2] & { request: ReportRequest }, signal) =>
    writeReport(store, options.request, { ...options, signal }),
  );
  return {
    page({ runs }) {
      const again = [command(`compare ${runs.join(' ')} --html report.html`)];
      return reportPage(compare(store, runs), { made: timeText(new Date()), again });
    },
    preview: ({ request }) => reportHtml(makeReport(store, request, { made: new Date(), command }).report),
    async write({ request, formats, checkpoints, choose }, signal) {
      const made = new Date();
      const named = folderName(request, made);
      const parent = choose
        ? (await dialogs.open({ title: 'Where the report goes', kind: 'folder', many: false }, signal))[0]
        : store.paths.reports;
      if (parent === undefined) return null;
      return written({ request, folder: join(parent, named), formats, checkpoints, made, command, printer }, signal);
    },
    list: () => kept.list(),
    keep: ({ request, report }) => kept.keep(request, report),
    remove({ report }) {
      kept.remove(report);
      return null;
    },
  };
}

/** 'which-trains-best-20261122-201500' */
function folderName({ title }: ReportRequest, made: Date): string {
  const stamp = made.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${title.trim() === '' ? 'report' : fileName(title)}-${stamp}`;
}
