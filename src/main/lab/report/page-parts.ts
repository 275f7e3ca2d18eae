// Pieces of a page: figures with the table behind them, cells of tables.
import { type Child, element, type Figure, join, type Markup } from '../../../charts/index.ts';

/** One figure drawn twice: for a wide page and for a narrow one, where the first would be too small to read. */
export const bothWidths = (wide: Figure, narrow: Figure, note: string): Figure => ({
  ...wide,
  svg: join([
    element('div', { class: 'wide' }, wide.svg),
    element('div', { class: 'narrow' }, narrow.svg),
    element('p', { class: 'quiet' }, note),
  ]),
});

export function figureMarkup({ title, svg, table }: Figure, titled = true): Markup {
  const [rowHead, ...columns] = table.columns;
  return element(
    'figure',
    {},
    titled && element('h3', {}, title),
    svg,
    element(
      'details',
      {},
      element('summary', {}, 'Numbers'),
      element(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${title}, numbers` },
        element(
          'table',
          {},
          element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, rowHead!), columns.map(columnHead))),
          element(
            'tbody',
            {},
            table.rows.map(([name, ...values]) => element('tr', {}, rowName(name!), values.map(cell))),
          ),
        ),
      ),
    ),
  );
}

export const columnHead = (text: string) => element('th', { scope: 'col' }, text);
export const rowName = (...children: Child[]) => element('th', { scope: 'row' }, ...children);
export const cell = (text: string) => element('td', {}, text);
