// A request and what is known of its runs as a document.
import { type ReportRequest, reportSections } from '../../../shared/report.ts';
import { findings } from '../comparison/findings.ts';
import { plain } from '../text.ts';
import type { ReportDocument, Section } from './document.ts';
import { sectionBlocks } from './sections/index.ts';
import { measures } from './sections/measures.ts';
import type { ReportSource } from './source.ts';

/** Of titles that are drawn; longer ones are cut. */
const longestTitle = 300;

export type Wording = Omit<ReportRequest, 'runs' | 'curves'>;

export function buildReport(
  source: ReportSource,
  wording: Wording,
  made: { made: string; lab: string },
): ReportDocument {
  const { title, note, notes, titles } = wording;
  const keys = [...new Set(wording.sections)];
  const sectionOf = (key: Section['key'], blocks: Section['blocks']): Section => ({
    key,
    title: plain((titles[key] ?? '').trim(), longestTitle) || reportSections.find((one) => one.key === key)!.title,
    note: notes[key] ?? '',
    blocks,
  });
  const others = keys.flatMap((key) => (key === 'measures' ? [] : [sectionOf(key, sectionBlocks[key](source))]));
  const { question } = findings(source.comparison);
  const named = plain(title.trim(), longestTitle);
  return {
    title: named || question,
    question: named === '' || named === question ? null : question,
    ...made,
    note,
    // The definitions come where they were asked for, of what all other sections show.
    sections: withDamage(
      keys.flatMap((key) =>
        key === 'measures' ? sectionOf(key, measures(others)) : others.filter((one) => one.key === key),
      ),
      source.damaged,
    ),
  };
}

/** What is not in it because it cannot be read stands before everything else. */
function withDamage([first, ...others]: Section[], damaged: readonly string[]): Section[] {
  if (!first) return [];
  const sentences = damaged.map((text): Section['blocks'][number] => ({ kind: 'paragraph', text: plain(text, 500) }));
  return [{ ...first, blocks: [...sentences, ...first.blocks] }, ...others];
}
