// A document as a LaTeX article: tables with booktabs, figures beside it as PDF, at a column's width or the page's.
import type { Block, FigureBlock, ReportDocument, Section, TableBlock } from './document.ts';
import { fontNotice } from './font.ts';
import { latexText, latexTextPreamble } from './latex-text.ts';
import { cellText } from './markdown.ts';
import { measureSource } from './measure-text.ts';

/** @param figurePath of a figure, relative to the file, without an extension */
export function reportLatex(report: ReportDocument, figurePath: (figure: FigureBlock) => string): string {
  const { title, question, made, lab, note, sections } = report;
  const parts = [
    preamble,
    `\\title{${latexText(title)}}`,
    `\\date{Made ${latexText(made)} by SimBal Lab ${latexText(lab)}}`,
    '\\author{}',
    '\\begin{document}',
    '\\maketitle',
    question && latexText(question),
    noteText(note),
    '\\tableofcontents',
    ...sections.map((section) => sectionText(section, figurePath)),
    `\\bigskip\\noindent{\\small ${latexText(fontNotice)}}`,
    '\\end{document}',
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

const preamble = String.raw`\documentclass[10pt,a4paper]{article}
${latexTextPreamble}
\usepackage[margin=18mm]{geometry}
\usepackage{amsmath}
\usepackage{amssymb}
\usepackage{booktabs}
\usepackage{longtable}
\usepackage{array}
\usepackage{graphicx}
\usepackage[section]{placeins}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\setlength{\emergencystretch}{3em}
\newcommand{\reportfigure}[2]{\IfFileExists{#2.pdf}{\includegraphics[width=#1]{#2.pdf}}{\fbox{\parbox{0.8\linewidth}{\centering The figure is in \texttt{\detokenize{#2}.svg}.}}}}`;

function sectionText({ title, note, blocks }: Section, figurePath: (figure: FigureBlock) => string): string {
  return [`\\section{${latexText(title)}}`, noteText(note), ...blocks.map((block) => blockText(block, figurePath))]
    .filter(Boolean)
    .join('\n\n');
}

function noteText(note: string): string {
  if (note.trim() === '') return '';
  const lines = note
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => latexText(line) || '~');
  return `\\begin{quote}\n${lines.join('\\par\n')}\n\\end{quote}`;
}

function blockText(block: Block, figurePath: (figure: FigureBlock) => string): string {
  switch (block.kind) {
    case 'paragraph':
      return latexText(block.text);
    case 'heading':
      return `\\subsection*{${latexText(block.text)}}`;
    case 'list':
      return `\\begin{itemize}\n${block.items.map((item) => `\\item {}${latexText(item)}`).join('\n')}\n\\end{itemize}`;
    case 'facts':
      return tabular(['left', 'left'], [], block.rows);
    case 'code':
      return block.lines.map((line) => `{\\small\\ttfamily\\raggedright ${latexText(line)}\\par}`).join('\n');
    case 'measure': {
      const { name, definition, latex, caveats } = block.card;
      return `\\textbf{${latexText(name)}.} ${latexText(definition)}\n\\[${latex}\\]\n{\\small ${latexText(`${measureSource(block.card)} ${caveats.join(' ')}`)}}`;
    }
    case 'table':
      return tableText(block);
    case 'figure': {
      const width = block.width === 'double' ? '\\linewidth' : '84mm';
      return `\\begin{figure}[!htbp]\\centering\n\\reportfigure{${width}}{${figurePath(block)}}\n\\caption{\\textbf{${latexText(block.title)}.} ${latexText(block.caption)}}\n\\end{figure}`;
    }
  }
}

function tableText({ title, columns, rows, note }: TableBlock): string {
  const explained = columns.filter(({ explanation }) => explanation);
  const words = explained.map(({ label, explanation }) => `${latexText(label)}: ${latexText(explanation!)}`);
  const below = [note && latexText(note), words.length > 0 && `${words.join('; ')}.`].filter(Boolean).join(' ');
  const body = tabular(
    columns.map(({ align }) => align),
    columns.map(({ label }) => label),
    rows.map((row) => row.map(cellText)),
  );
  return `\\subsection*{${latexText(title)}}\n${body}${below ? `\n{\\small ${below}}` : ''}`;
}

/** Over pages where it is long; columns of long text share the width and wrap. */
function tabular(
  aligns: readonly ('left' | 'right')[],
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widest = aligns.map((_, column) =>
    Math.max(1, ...[heads, ...rows].map((row) => [...(row[column] ?? '')].length)),
  );
  const total = widest.reduce((sum, width) => sum + width, 0) + 2 * aligns.length;
  const wraps = total > 88;
  const specification = aligns.map((align, column) => {
    if (!wraps) return align === 'right' ? 'r' : 'l';
    const share = (Math.min(widest[column]!, 60) / widest.reduce((sum, width) => sum + Math.min(width, 60), 0)) * 0.94;
    const direction = align === 'right' ? '\\raggedleft' : '\\raggedright';
    return `>{${direction}\\arraybackslash}p{${Math.max(0.03, share - 0.02).toFixed(3)}\\linewidth}`;
  });
  // An optional argument in brackets would follow \\ otherwise, and a command letter a cell.
  const line = (cells: readonly string[]) => `${cells.map((cell) => `{${latexText(cell)}}`).join(' & ')} \\\\`;
  const size = wraps ? '\\scriptsize' : '\\small';
  const head = heads.length > 0 ? `${line(heads)}\n\\midrule\n\\endhead\n` : '';
  return `{${size}\\setlength{\\tabcolsep}{3pt}\n\\begin{longtable}[l]{${specification.join('')}}\n\\toprule\n${head}${rows.map(line).join('\n')}\n\\bottomrule\n\\end{longtable}}`;
}
