// What a report is asked for: which runs, which sections in which order, in whose words, and in which formats.
import { z } from 'zod';

/** Every section there is, in the order in which a report has them unless somebody chooses otherwise. */
export const reportSections = [
  { key: 'answer', title: 'The answer', about: 'the question, what was found, and what limits it' },
  { key: 'runs', title: 'The runs in numbers', about: 'each group over its seeds, then every run' },
  {
    key: 'loss',
    title: 'Loss',
    about: 'validation loss over training with the speed-up marked, as Figure 1 of the paper',
  },
  { key: 'speed-up', title: 'Speed-up to equal loss', about: 'the cost of every loss over seeds, with its interval' },
  {
    key: 'utilization',
    title: 'Which experts are used',
    about: 'unique experts, as Figure 2 of the paper, and load maps',
  },
  { key: 'balance', title: 'Balance', about: 'the table of balance measures' },
  {
    key: 'similarity',
    title: 'Redundancy of the experts',
    about: 'PES and its rates, as Figures 3 and 5 of the paper',
  },
  { key: 'drop-top', title: 'Without the top experts', about: 'as Figure 4 of the paper, from pruning studies' },
  { key: 'pruning', title: 'Pruning', about: 'perplexity against measured speed, and the table of every setting' },
  { key: 'speed', title: 'Training speed', about: 'tokens a second over training' },
  { key: 'configuration', title: 'What was trained', about: 'the configuration, and in what the runs differ' },
  { key: 'start', title: 'The same start', about: 'hashes that prove what started equal' },
  { key: 'events', title: 'What happened', about: 'alerts, crashes and interruptions' },
  { key: 'provenance', title: 'Where the numbers come from', about: 'engine, device, versions, seeds, corpus' },
  { key: 'again', title: 'To run it again', about: 'the command lines' },
  { key: 'measures', title: 'What the measures mean', about: 'definitions of those that appear' },
] as const;

export type ReportSection = (typeof reportSections)[number]['key'];
export const reportSectionKeys = reportSections.map(({ key }) => key) as [ReportSection, ...ReportSection[]];

/** Choices of sections that have a name. */
export const reportPresets: Readonly<Record<string, { title: string; sections: readonly ReportSection[] }>> = {
  full: { title: 'Everything', sections: reportSectionKeys },
  paper: {
    title: 'The paper’s figures and tables',
    sections: [
      'answer',
      'loss',
      'utilization',
      'similarity',
      'drop-top',
      'balance',
      'pruning',
      'configuration',
      'measures',
    ],
  },
  brief: { title: 'Two pages', sections: ['answer', 'runs', 'loss', 'events', 'again'] },
};

export const reportFormats = ['html', 'pdf', 'markdown', 'latex', 'csv', 'json', 'parquet', 'bundle'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export const reportFormatNames: Readonly<Record<ReportFormat, string>> = {
  html: 'Web page',
  pdf: 'PDF',
  markdown: 'Markdown, with figures as SVG',
  latex: 'LaTeX, with figures as PDF and SVG',
  csv: 'CSV of every table and figure',
  json: 'JSON of everything shown',
  parquet: 'Parquet of everything shown',
  bundle: 'Bundle for another lab (zip)',
};

/** Which checkpoints a bundle carries. */
export const checkpointChoices = ['last', 'all', 'none'] as const;
export type CheckpointChoice = (typeof checkpointChoices)[number];

const note = z.string().max(100_000);
const section = z.enum(reportSectionKeys);

export const reportRequestSchema = z.strictObject({
  runs: z.array(z.string().min(1).max(64)).min(1).max(100),
  /** The question that the runs answer, where nobody names it. */
  title: z.string().max(10_000).default(''),
  /** The researcher's own words, before everything else. */
  note: note.default(''),
  /** In this order; a section twice counts once. */
  sections: z.array(section).max(100).default(reportSectionKeys),
  /** Words at the beginning of single sections. */
  notes: z.partialRecord(section, note).default({}),
  /** Of single sections, instead of their own. */
  titles: z.partialRecord(section, z.string().max(10_000)).default({}),
  /** Ids of imported curves that are drawn beside the losses, and are in no statistic. */
  curves: z.array(z.string().min(1).max(64)).max(64).default([]),
});

export type ReportRequest = z.infer<typeof reportRequestSchema>;
/** What a person may leave out. */
export type ReportRequestInput = z.input<typeof reportRequestSchema>;

/** A request that was kept, to make the report again. */
export interface ReportRow {
  id: string;
  /** ISO. */
  changed: string;
  request: ReportRequest;
}

export interface WrittenReport {
  /** On the lab's machine. */
  folder: string;
  /** Paths in it, in the order of the formats. */
  files: { format: ReportFormat; path: string; bytes: number }[];
  /** What could not be made, and why: a sentence each. */
  left: string[];
}
