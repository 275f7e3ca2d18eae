// A document as GitHub-flavoured Markdown, figures beside it as SVG. No text becomes markup: what Markdown or HTML would read as
// such is escaped.
import { printable } from '../../../shared/printable.ts';
import type { Block, Cell, ReportDocument, Section, TableBlock } from './document.ts';
import { fontNotice } from './font.ts';
import { measureSource } from './measure-text.ts';

/** @param figurePath of a figure's id, relative to the file */
export function reportMarkdown(report: ReportDocument, figurePath: (id: string) => string): string {
  const { title, question, made, lab, note, sections } = report;
  const parts = [
    `# ${markdownText(title)}`,
    question && markdownText(question),
    `Made ${markdownText(made)} by SimBal Lab ${markdownText(lab)}.`,
    noteText(note),
    ...sections.map((section) => sectionText(section, figurePath)),
    `---\n\n${markdownText(fontNotice)}`,
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function sectionText({ title, note, blocks }: Section, figurePath: (id: string) => string): string {
  return [`## ${markdownText(title)}`, noteText(note), ...blocks.map((block) => blockText(block, figurePath))]
    .filter(Boolean)
    .join('\n\n');
}

/** A quotation: each line its own. */
function noteText(note: string): string {
  if (note.trim() === '') return '';
  return note
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${markdownText(line)}`.trimEnd())
    .join('  \n');
}

function blockText(block: Block, figurePath: (id: string) => string): string {
  switch (block.kind) {
    case 'paragraph':
      return markdownText(block.text);
    case 'heading':
      return `### ${markdownText(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${markdownText(item)}`).join('\n');
    case 'facts':
      return block.rows.map(([name, text]) => `- **${markdownText(name)}**: ${markdownText(text)}`).join('\n');
    case 'code':
      return fenced(block.lines);
    case 'measure': {
      const { name, definition, formula, caveats } = block.card;
      const more = `${codeSpan(formula)}; ${markdownText(`${measureSource(block.card)} ${caveats.join(' ')}`)}`;
      return `**${markdownText(name)}.** ${markdownText(definition)} ${more}`;
    }
    case 'table':
      return tableText(block);
    case 'figure': {
      const { id, title, caption } = block;
      return `### ${markdownText(title)}\n\n![${markdownText(title)}](${figurePath(id)})\n\n${markdownText(caption)}`;
    }
  }
}

function tableText({ title, columns, rows, note }: TableBlock): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    row(columns.map(({ label }) => markdownText(label) || ' ')),
    row(columns.map(({ align }) => (align === 'right' ? '--:' : ':--'))),
    ...rows.map((cells) => row(cells.map((cell) => markdownText(cellText(cell)) || ' '))),
  ];
  const explained = columns.filter(({ explanation }) => explanation);
  const words = explained.map(({ label, explanation }) => `${markdownText(label)}: ${markdownText(explanation!)}`);
  return [
    `### ${markdownText(title)}`,
    lines.join('\n'),
    note && markdownText(note),
    words.length > 0 && `${words.join('; ')}.`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

export const cellText = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** What GitHub turns into a link by itself. */
const linkStart = /(?<![a-z])(?:www(?=\.)|(?:https?|ftp|mailto|xmpp)(?=:))/gi;
const mailSign = /(?<=[\w.+-])@(?=[\w-]+\.\w)/g;

/** What begins a block at the start of a line: a list, a heading, a quotation, a rule, a line under a heading or a table's head. */
const blockStart =
  /^(?:[-+](?= |$)|-(?=-*:? *$|[- ]*$)|:(?=-+:? *$)|=(?==* *$)|#(?=#{0,5}(?: |$))|>|\d{1,9}(?=[.)](?: |$)))/;

/**
 * On one line, so that it reads as it is wherever a line or a cell may hold text (CommonMark 0.31 with GitHub's tables, strikes,
 * links and mathematics). Only what would be markup there is escaped; an address is parted by an empty comment.
 */
export function markdownText(text: string): string {
  return printable(text.replace(/[\r\n\t]+/g, ' ').replace(/^ +| +$/g, ''))
    .replace(/[\\`*[\]|~$]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/gu, (signs) => signs.replaceAll('_', '\\_'))
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replace(blockStart, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`))
    .replace(/(?<= )#+$/, (signs) => signs.replaceAll('#', '\\#'))
    .replace(linkStart, (word) => `${word.slice(0, -1)}<!-- -->${word.slice(-1)}`)
    .replace(mailSign, '<!-- -->@');
}

/** As many backticks around as the text has none of in a row. */
const longestTicks = (text: string) => Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));

function codeSpan(text: string): string {
  const ticks = '`'.repeat(longestTicks(text) + 1);
  return `${ticks}${text}${ticks}`;
}

function fenced(lines: readonly string[]): string {
  const text = lines.map(printable).join('\n');
  const ticks = '`'.repeat(Math.max(3, longestTicks(text) + 1));
  return `${ticks}\n${text}\n${ticks}`;
}
