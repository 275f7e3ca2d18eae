// Reports as the rest of the program uses them.
export type { CommandLine } from './again.ts';
export { reportHtml } from './html.ts';
export { type KeptReports, keptReports } from './kept.ts';
export { makeReport, type ReportOptions, timeText, type WriteOptions, writeReport } from './write.ts';
