// A document as one HTML page that stands alone: no script, no request, every text escaped, both themes, and paper.
import { type Child, element, grouped, join, Markup, significant } from '../../../charts/index.ts';
import type { Block, Cell, FigureBlock, ReportDocument, Section, TableBlock } from './document.ts';
import { drawFigure, figureRows, themed } from './draw.ts';
import { fontNotice } from './font.ts';
import { measureFormula } from './measure-text.ts';
import { reportStyle } from './style.ts';

const noRequests = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

/** Of a figure's own table; every number is in the other formats. */
const mostRows = 120;

export function reportHtml(report: ReportDocument): string {
  const { title, question, made, lab, note, sections } = report;
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { 'http-equiv': 'Content-Security-Policy', content: noRequests }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('title', {}, title),
      element('style', {}, new Markup(reportStyle())),
    ),
    element(
      'body',
      {},
      element(
        'main',
        {},
        element('h1', {}, title),
        question && element('p', {}, question),
        element('p', { class: 'quiet small' }, `Made ${made} by SimBal Lab ${lab}.`),
        noteMarkup(note),
        sections.length > 3 && contents(sections),
        sections.map(sectionMarkup),
        element('footer', { class: 'quiet small' }, fontNotice),
      ),
    ),
  );
  return `<!doctype html>\n${page.text}\n`;
}

const anchor = (key: string) => `section-${key}`;

const contents = (sections: readonly Section[]) =>
  element(
    'nav',
    { 'aria-label': 'Contents' },
    element(
      'ol',
      {},
      sections.map(({ key, title }) => element('li', {}, element('a', { href: `#${anchor(key)}` }, title))),
    ),
  );

/** Lines of a person's note stay lines. */
function noteMarkup(note: string): Child {
  const lines = note.trim().split(/\r\n|\r|\n/);
  if (note.trim() === '') return null;
  return element(
    'div',
    { class: 'note' },
    lines.flatMap((line, index): Child[] => [index > 0 && element('br', {}), line]),
  );
}

function sectionMarkup({ key, title, note, blocks }: Section): Markup {
  return element(
    'section',
    { 'aria-labelledby': anchor(key) },
    element('h2', { id: anchor(key) }, title),
    noteMarkup(note),
    ...together(blocks),
  );
}

/** Figures that follow each other share a grid, definitions a list. */
function together(blocks: readonly Block[]): Markup[] {
  const made: Markup[] = [];
  for (let start = 0; start < blocks.length; ) {
    const { kind } = blocks[start]!;
    let end = start + 1;
    while (end < blocks.length && blocks[end]!.kind === kind) end += 1;
    const parts = blocks.slice(start, end).map(blockMarkup);
    if (kind === 'figure') made.push(element('div', { class: 'figures' }, parts));
    else if (kind === 'measure') made.push(element('dl', {}, parts));
    else made.push(...parts);
    start = end;
  }
  return made;
}

function blockMarkup(block: Block): Markup {
  switch (block.kind) {
    case 'paragraph':
      return element('p', block.tone ? { class: block.tone } : {}, block.text);
    case 'heading':
      return element('h3', {}, block.text);
    case 'list':
      return element(
        'ul',
        {},
        block.items.map((item) => element('li', {}, item)),
      );
    case 'code':
      return element(
        'pre',
        {},
        block.lines.map((line) => element('span', {}, line)),
      );
    case 'facts':
      return element(
        'div',
        { class: 'scroll' },
        element(
          'table',
          { class: 'facts' },
          element(
            'tbody',
            {},
            block.rows.map(([name, text]) =>
              element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, text)),
            ),
          ),
        ),
      );
    case 'measure': {
      const { name, definition, caveats } = block.card;
      return join([
        element('dt', {}, name),
        element('dd', {}, definition),
        element('dd', { class: 'quiet small' }, `${measureFormula(block.card)} ${caveats.join(' ')}`),
      ]);
    }
    case 'table':
      return tableMarkup(block);
    case 'figure':
      return figureMarkup(block);
  }
}

/** Above so many columns a printed table is set smaller. */
const denseFrom = 8;

function tableMarkup({ id, title, columns, rows, note }: TableBlock): Markup {
  const numeric = columns.map(({ align }) => (align === 'right' ? { class: 'right' } : {}));
  const cell = (value: Cell, column: number) => {
    const text = typeof value === 'string' ? value : value.text;
    return column === 0 && columns[0]!.align === 'left'
      ? element('th', { scope: 'row' }, text)
      : element('td', numeric[column]!, text);
  };
  const explained = columns.filter(({ explanation }) => explanation);
  return element(
    'div',
    { class: columns.length > denseFrom ? 'table dense' : 'table' },
    element('h3', { id: `table-${id}` }, title),
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': `table-${id}` },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            columns.map(({ label, explanation }, column) =>
              element('th', { scope: 'col', ...numeric[column], title: explanation }, label),
            ),
          ),
        ),
        element(
          'tbody',
          {},
          rows.map((row) => element('tr', {}, row.map(cell))),
        ),
      ),
    ),
    note ? element('p', { class: 'quiet small' }, note) : null,
    explained.length > 0 &&
      element(
        'details',
        {},
        element('summary', {}, 'What the columns mean'),
        element(
          'ul',
          {},
          explained.map(({ label, explanation }) => element('li', {}, element('b', {}, label), `: ${explanation}`)),
        ),
      ),
  );
}

function figureMarkup(figure: FigureBlock): Markup {
  const { id, title, caption, width } = figure;
  const draw = (variant: string, across: number, down: number) =>
    drawFigure(figure, { id: `${id}${variant}`, width: across, height: down, colour: themed }).svg;
  const drawn =
    width === 'single'
      ? draw('', 460, 320)
      : join([
          element('div', { class: 'wide' }, draw('', 940, 400)),
          element('div', { class: 'narrow' }, draw('-narrow', 420, 340)),
        ]);
  return element(
    'figure',
    { class: width, id: `figure-${id}` },
    element('h3', {}, title),
    drawn,
    element('figcaption', {}, caption),
    numbers(figure),
  );
}

/** The numbers behind a figure, curve by curve. */
function numbers(figure: FigureBlock): Markup | null {
  const found = figureRows(figure, mostRows);
  if (!found || figure.chart.kind !== 'lines') return null;
  const { x, y } = figure.chart;
  const all = found.rows.reduce((sum, rows) => sum + rows.length, 0);
  const most = Math.ceil((mostRows * 4) / Math.max(1, found.rows.length));
  const rows = found.series.flatMap(({ label }, index) => {
    const own = found.rows[index]!;
    const every = Math.max(1, Math.ceil(own.length / most));
    const shown = own.filter((_, at) => at % every === 0 || at === own.length - 1);
    return shown.map(([at, value]) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, label),
        element('td', { class: 'right' }, exact(at, 6)),
        element('td', { class: 'right' }, exact(value, 5)),
      ),
    );
  });
  return element(
    'details',
    {},
    element('summary', {}, 'Numbers'),
    rows.length < all &&
      element(
        'p',
        { class: 'quiet' },
        `${rows.length} of ${all} points; all are in the CSV, JSON and Parquet of this report.`,
      ),
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${figure.title}, numbers` },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'curve'),
            element('th', { scope: 'col', class: 'right' }, x.label),
            element('th', { scope: 'col', class: 'right' }, y.label),
          ),
        ),
        element('tbody', {}, rows),
      ),
    ),
  );
}

const exact = (value: number, digits: number) =>
  Number.isInteger(value) ? grouped(value) : significant(value, digits);
