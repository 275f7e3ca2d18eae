// A report as files in a folder, in every format asked for. They are made beside their places and put there when all are whole: a
// report that fails leaves the folder as it was.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../shared/errors.ts';
import type { CheckpointChoice, ReportFormat, ReportRequest, WrittenReport } from '../../../shared/report.ts';
import { systemFault } from '../../../shared/system-faults.ts';
import type { Printer } from '../../compute/index.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import { makeFolders } from '../../synchronise-folder.ts';
import { labVersion } from '../../version.ts';
import { quoted } from '../text.ts';
import { type CommandLine, commandsAgain, typedNames, withOrigins } from './again.ts';
import { buildReport } from './build.ts';
import { writeBundle } from './bundle.ts';
import { cellsTable, csvOf, evaluationsTable, figureTable, pointsTable, shownTable } from './data-tables.ts';
import { figuresOf, type ReportDocument, tablesOf } from './document.ts';
import { printedFigure } from './draw.ts';
import { reportHtml } from './html.ts';
import { reportLatex } from './latex.ts';
import { reportMarkdown } from './markdown.ts';
import { parquetOf } from './parquet.ts';
import { figurePdf, printedPdf } from './pdf.ts';
import { type ReportSource, readSource } from './source.ts';

export interface ReportOptions {
  made: Date;
  /** How a person types a command of this lab. */
  command: CommandLine;
  /** Opens what prints pages; null where there is nothing to. */
  printer: () => Promise<Printer | null>;
}

export interface WriteOptions extends ReportOptions {
  folder: string;
  formats: readonly ReportFormat[];
  checkpoints: CheckpointChoice;
  /** Gives it up: the folder is left as it was, and nothing prints any more. */
  signal?: AbortSignal;
}

/** The document and what it was made of. @throws LabError 'not-found' for a run that is not there */
export function makeReport(
  store: ReadOnlyStore,
  request: ReportRequest,
  { made, command }: Pick<ReportOptions, 'made' | 'command'>,
): { report: ReportDocument; source: ReportSource } {
  const commands = (runs: RunRow[]) => {
    const all = withOrigins(runs, (id) => store.runs.get(id));
    const typed = typedNames(store.runs.list());
    const hashes = new Set(all.map(({ corpusHash }) => corpusHash));
    const corpora = store.corpora.list().filter(({ description }) => hashes.has(description.hash));
    const { again, limits } = commandsAgain(all, corpora, typed, command);
    const named = runs.map(({ id }) => typed.get(id) ?? id).join(' ');
    const drawn = request.curves.map((id) => ` --curve ${quoted(store.importedCurves.get(id).name)}`).join('');
    return { again: [...again, command(`report ${named}${drawn} --out report`)], limits };
  };
  const source = readSource(store, request.runs, commands, request.curves);
  return { source, report: buildReport(source, request, { made: timeText(made), lab: labVersion() }) };
}

export const timeText = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export async function writeReport(
  store: ReadOnlyStore,
  request: ReportRequest,
  options: WriteOptions,
): Promise<WrittenReport> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { report, source } = makeReport(store, request, options);
  const stage = new Stage(options.folder);
  try {
    const left = await fill(stage, { store, request, report, source, html: reportHtml(report), ...options });
    await stillWanted(signal);
    return { folder: options.folder, files: stage.publish(), left };
  } catch (thrown) {
    signal?.throwIfAborted();
    throw isSystem(thrown) ? unwritable(options.folder, thrown) : thrown;
  } finally {
    stage.clear();
  }
}

/** Lets a word of giving it up arrive, which it cannot while something is computed. */
async function stillWanted(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

interface Job extends WriteOptions {
  store: ReadOnlyStore;
  request: ReportRequest;
  report: ReportDocument;
  source: ReportSource;
  html: string;
}

/** Says what could not be made. */
async function fill(stage: Stage, job: Job): Promise<string[]> {
  const { formats, report, source, html, made, signal } = job;
  const wanted = (format: ReportFormat) => formats.includes(format);
  const left: string[] = [];
  if (wanted('html')) stage.write('html', 'report.html', html);
  if (wanted('pdf') || wanted('latex')) {
    await stillWanted(signal);
    const printer = await job.printer();
    if (printer) {
      const print = async () => {
        if (wanted('pdf')) stage.write('pdf', 'report.pdf', await printedPdf(printer, html, made));
        if (wanted('latex')) await printFigures(stage, printer, job);
      };
      await closedAfter(printer, print, signal);
    } else left.push(...withoutPrinter(formats));
  }
  await stillWanted(signal);
  if (wanted('markdown') || wanted('latex')) drawFigures(stage, report, wanted('markdown') ? 'markdown' : 'latex');
  if (wanted('markdown'))
    stage.write(
      'markdown',
      'report.md',
      reportMarkdown(report, (id) => svgPath(id, widthOf(report, id))),
    );
  if (wanted('latex'))
    stage.write(
      'latex',
      'article.tex',
      reportLatex(report, ({ id, width }) => `figures/${id}-${width}`),
    );
  if (wanted('csv')) {
    for (const table of [
      evaluationsTable(source),
      ...tablesOf(report).map(shownTable),
      ...figuresOf(report).map(figureTable),
    ]) {
      await stillWanted(signal);
      stage.write('csv', `csv/${table.name}.csv`, csvOf(table));
    }
  }
  if (wanted('json')) stage.write('json', 'report.json', jsonOf(job));
  if (wanted('parquet')) {
    for (const table of [evaluationsTable(source), cellsTable(report), pointsTable(report)]) {
      await stillWanted(signal);
      stage.write('parquet', `parquet/${table.name}.parquet`, parquetOf(table));
    }
  }
  if (wanted('bundle')) {
    const { title } = report;
    await stillWanted(signal);
    const options = { title, made, lab: report.lab, checkpoints: job.checkpoints, reportHtml: html, signal };
    await writeBundle(job.store, job.request.runs, stage.place('bundle', 'bundle.zip'), options);
  }
  return left;
}

/** Closed also when it is given up, at once: what it prints fails then. */
async function closedAfter(printer: Printer, print: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= printer.close();
  };
  signal?.addEventListener('abort', close, { once: true });
  try {
    signal?.throwIfAborted();
    await print();
  } finally {
    signal?.removeEventListener('abort', close);
    close();
    await closing;
  }
}

const widths = ['single', 'double'] as const;
const svgPath = (id: string, width: string) => `figures/${id}-${width}.svg`;
const widthOf = (report: ReportDocument, id: string) => figuresOf(report).find((figure) => figure.id === id)!.width;

function drawFigures(stage: Stage, report: ReportDocument, format: ReportFormat): void {
  for (const figure of figuresOf(report)) {
    for (const width of widths) stage.write(format, svgPath(figure.id, width), `${printedFigure(figure, width)}\n`);
  }
}

async function printFigures(stage: Stage, printer: Printer, { report, made }: Job): Promise<void> {
  for (const figure of figuresOf(report)) {
    for (const width of widths) {
      stage.write('latex', `figures/${figure.id}-${width}.pdf`, await figurePdf(printer, figure, width, made));
    }
  }
}

function withoutPrinter(formats: readonly ReportFormat[]): string[] {
  const why = 'this machine has no Chromium or Chrome to print with; SIMBAL_CHROMIUM may name one';
  return [
    ...(formats.includes('pdf')
      ? [`The PDF is missing: ${why}. The HTML report prints the same from any browser.`]
      : []),
    ...(formats.includes('latex') ? [`The figures for LaTeX are there as SVG only: ${why}.`] : []),
  ];
}

/** The document, and every evaluation with every measure. Numbers that JSON cannot say are told as text. */
function jsonOf({ report, source, request }: Job): string {
  const { runs, statistics, corpora, equalStart, differences } = source.comparison;
  const plainRuns = runs.map(({ curves: _, speedUps: __, ...run }) => run);
  const everything = {
    request,
    report,
    runs: plainRuns,
    statistics,
    corpora: corpora.map((corpus) => ({ ...corpus, folder: '' })),
    equalStart,
    differences,
  };
  const sayable = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return `${JSON.stringify(everything, sayable, 1)}\n`;
}

/** A folder beside the places of the files, on the same file system. */
class Stage {
  readonly #folder: string;
  readonly #stage: string;
  readonly #stood: boolean;
  readonly #files: { format: ReportFormat; path: string }[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#stood = existsSync(folder);
    try {
      makeFolders(folder);
      this.#stage = mkdtempSync(join(folder, '.report-'));
    } catch (thrown) {
      throw unwritable(folder, thrown);
    }
  }

  /** Where a file of the report may be made. */
  place(format: ReportFormat, path: string): string {
    const file = join(this.#stage, path);
    mkdirSync(dirname(file), { recursive: true });
    this.#files.push({ format, path });
    return file;
  }

  write(format: ReportFormat, path: string, data: string | Uint8Array): void {
    writeFileSync(this.place(format, path), data);
  }

  publish(): WrittenReport['files'] {
    return this.#files.map(({ format, path }) => {
      const [from, to] = [join(this.#stage, path), join(this.#folder, path)];
      const bytes = statSync(from).size;
      mkdirSync(dirname(to), { recursive: true });
      renameSync(from, to);
      return { format, path, bytes };
    });
  }

  clear(): void {
    rmSync(this.#stage, { recursive: true, force: true });
    if (!this.#stood && readdirSync(this.#folder).length === 0) rmdirSync(this.#folder);
  }
}

const isSystem = (thrown: unknown): thrown is Error => thrown instanceof Error && 'syscall' in thrown;

const unwritable = (folder: string, thrown: unknown) =>
  new LabError('request', `The report cannot be written to ${folder}: ${systemFault(thrown)}.`, {
    field: folder,
    remedy: 'Make room there, or name a folder that this user may write to.',
  });
