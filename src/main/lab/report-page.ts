// A comparison as one HTML page that stands alone, where nothing but the comparison is known.
import { reportSectionKeys } from '../../shared/report.ts';
import { labVersion } from '../version.ts';
import type { Comparison } from './comparison/compare.ts';
import { buildReport } from './report/build.ts';
import { reportHtml } from './report/html.ts';
import { comparisonSource } from './report/source.ts';

export interface ReportDetails {
  /** When it was made; shown as given. */
  made: string;
  /** Command lines that do it again, in order. */
  again: readonly string[];
}

/** Of pruning studies a comparison knows nothing. */
const sections = reportSectionKeys.filter((key) => key !== 'drop-top' && key !== 'pruning');

export function reportPage(comparison: Comparison, { made, again }: ReportDetails): string {
  const source = comparisonSource(comparison, { again, limits: [] });
  return reportHtml(
    buildReport(source, { title: '', note: '', sections, notes: {}, titles: {} }, { made, lab: labVersion() }),
  );
}
