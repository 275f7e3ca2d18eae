// simbal report: chosen runs as a report in the formats that people hand to others.
import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { byteSize } from '../../../charts/index.ts';
import { LabError } from '../../../shared/errors.ts';
import {
  type CheckpointChoice,
  checkpointChoices,
  type ReportFormat,
  type ReportSection,
  reportFormats,
  reportPresets,
  reportRequestSchema,
  reportSectionKeys,
  reportSections,
} from '../../../shared/report.ts';
import { openPrinter } from '../../compute/index.ts';
import { findCurve, findRun } from '../../lab/index.ts';
import { writeReport } from '../../lab/report/index.ts';
import { collect } from '../options.ts';
import type { SessionOf } from '../program.ts';
import { noLab } from '../session.ts';

interface Options {
  format?: ReportFormat[];
  out: string;
  sections?: ReportSection[];
  title?: string;
  note?: string;
  sectionNote?: [ReportSection, string][];
  sectionTitle?: [ReportSection, string][];
  curve?: string[];
  checkpoints: CheckpointChoice;
}

export const reportCommand = (sessionOf: SessionOf) =>
  new Command('report')
    .description('writes runs as a report to hand to others: page, PDF, LaTeX, data, or a bundle for another lab')
    .argument('<runs...>', 'ids or names')
    .requiredOption('--out <folder>', 'where its files go; made when it is not there')
    .option('--format <list>', `of ${reportFormats.join(', ')}; html,pdf when left out`, formatsOf)
    .option(
      '--sections <list>',
      `in this order, or ${Object.keys(reportPresets).join(', ')}; all when left out`,
      sectionsOf,
    )
    .option('--title <text>', 'instead of the question that the runs answer')
    .option('--note <text>', 'your own words, before everything else')
    .option('--section-note <section=text>', 'your own words on a section; repeatable', collect(sectionTextOf))
    .option('--section-title <section=text>', 'instead of the title of a section; repeatable', collect(sectionTextOf))
    .option('--curve <name>', 'an imported curve to draw beside the losses; repeatable', collect(String))
    .addOption(new Option('--checkpoints <which>', 'that a bundle carries').choices(checkpointChoices).default('last'))
    .addHelpText(
      'after',
      () => `\nSections:\n${reportSections.map(({ key, about }) => `  ${key.padEnd(14)} ${about}`).join('\n')}`,
    )
    .action(async (names: string[], options: Options, command: Command) => {
      const session = sessionOf(command);
      const folder = resolve(session.io.folder, options.out);
      refuseUnused(options, command);
      await session.withStore(async (store) => {
        if (!store) throw noLab(session.home);
        const request = reportRequestSchema.parse({
          runs: [...new Set(names.map((name) => findRun(store, name).id))],
          sections: options.sections ?? reportSectionKeys,
          curves: (options.curve ?? []).map((name) => findCurve(store, name).id),
          notes: Object.fromEntries(options.sectionNote ?? []),
          titles: Object.fromEntries(options.sectionTitle ?? []),
          ...(options.title !== undefined && { title: options.title }),
          ...(options.note !== undefined && { note: options.note }),
        });
        const written = await writeReport(store, request, {
          folder,
          formats: options.format ?? ['html', 'pdf'],
          checkpoints: options.checkpoints,
          made: new Date(),
          command: (rest) => `simbal ${rest}`,
          printer: () => openPrinter(),
        });
        for (const sentence of written.left) session.say(sentence);
        session.result(written, () => wordsOf(written));
      });
    });

/** @throws LabError 'request' for words that would stand nowhere, and for checkpoints that nothing would carry */
function refuseUnused({ sections, sectionNote = [], sectionTitle = [], format = [] }: Options, command: Command): void {
  const unused = [...sectionNote, ...sectionTitle].find(([section]) => sections && !sections.includes(section));
  if (unused) {
    throw new LabError('request', `There are words on the section ${unused[0]}, which the report is not to have.`, {
      field: '--sections',
      value: unused[0],
      remedy: 'Name the section in --sections too, or leave its words out.',
    });
  }
  if (command.getOptionValueSource('checkpoints') === 'cli' && !format.includes('bundle')) {
    throw new LabError('request', 'Only a bundle carries checkpoints, and none is among the formats.', {
      field: '--checkpoints',
      remedy: 'Add bundle to --format, or leave --checkpoints out.',
    });
  }
}

function wordsOf({ folder, files }: Awaited<ReturnType<typeof writeReport>>): string {
  const formats = [...new Set(files.map(({ format }) => format))];
  const lines = formats.map((format) => {
    const own = files.filter((file) => file.format === format);
    const bytes = own.reduce((sum, file) => sum + file.bytes, 0);
    const first = own.find(({ path }) => !path.includes('/')) ?? own[0]!;
    const more = own.length > 1 ? ` and ${own.length - 1} more` : '';
    return `  ${format.padEnd(9)} ${first.path}${more} (${byteSize(bytes)})`;
  });
  return `${basename(folder)}: ${folder}\n${lines.join('\n')}\n`;
}

function formatsOf(text: string): ReportFormat[] {
  return [...new Set(listOf(text, reportFormats))].map((word) => {
    const known = reportFormats.find((format) => format === word);
    if (known) return known;
    throw new InvalidArgumentError(`It must be a list of ${reportFormats.join(', ')}.`);
  });
}

function sectionsOf(text: string): ReportSection[] {
  const preset = Object.hasOwn(reportPresets, text) ? reportPresets[text] : undefined;
  return preset ? [...preset.sections] : listOf(text, reportSectionKeys).map(sectionOf);
}

function sectionOf(word: string): ReportSection {
  const known = reportSectionKeys.find((key) => key === word);
  if (known) return known;
  throw new InvalidArgumentError(`It must be a list of ${reportSectionKeys.join(', ')}.`);
}

function sectionTextOf(text: string): [ReportSection, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('It must be like loss=What is to be seen here.');
  return [sectionOf(text.slice(0, equals)), text.slice(equals + 1)];
}

function listOf(text: string, known: readonly string[]): string[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  if (words.length > 0) return words;
  throw new InvalidArgumentError(`It must be a list of ${known.join(', ')}.`);
}
