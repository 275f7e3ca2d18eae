// A comparison as one HTML page that stands alone: no script, no request, every name escaped, both themes, and paper.
import {
  abbreviated,
  byteSize,
  type Child,
  element,
  type Figure,
  grouped,
  join,
  Markup,
  runColour,
} from '../../charts/index.ts';
import type { Comparison } from './comparison/compare.ts';
import { findings } from './comparison/findings.ts';
import { runLabels } from './comparison/labels.ts';
import {
  lossFigure,
  routingFigures,
  similarityFigures,
  speedUpFigure,
  throughputFigure,
  utilizationFigure,
} from './report/figures.ts';
import { reportStyle } from './report/style.ts';
import { comparisonTable, type TableColumn } from './report/table.ts';

export interface ReportDetails {
  /** When it was made; shown as given. */
  made: string;
  /** Command lines that do it again, in order. */
  again: readonly string[];
}

const noRequests = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function reportPage(comparison: Comparison, details: ReportDetails): string {
  const { question, sentences, limits } = findings(comparison);
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
      element('title', {}, question),
      element('style', {}, new Markup(reportStyle)),
    ),
    element(
      'body',
      {},
      element(
        'main',
        {},
        element('h1', {}, question),
        element(
          'div',
          { class: 'answer' },
          sentences.map((sentence) => element('p', {}, sentence)),
        ),
        element(
          'div',
          { class: 'limits' },
          limits.map((sentence) => element('p', {}, sentence)),
        ),
        mainTable(comparison),
        loss(comparison),
        section('Routing', utilization(comparison), pair(routingFigures(comparison))),
        section('Redundancy of the experts', pair(similarityFigures(comparison))),
        section('Speed', pair([speedUpFigure(comparison), throughputFigure(comparison)])),
        section('The same start', sameStart(comparison)),
        section('What was trained', ...trained(comparison)),
        section(
          'To run it again',
          element('pre', {}, details.again.join('\n')),
          element('p', { class: 'quiet' }, `Made ${details.made}.`),
        ),
      ),
    ),
  );
  return `<!doctype html>\n${page.text}\n`;
}

function section(title: string, ...children: Child[]): Markup | null {
  if (join(children).text === '') return null;
  return element('section', {}, element('h2', {}, title), ...children);
}

function loss(comparison: Comparison): Markup | null {
  const wide = lossFigure(comparison, { id: 'loss', width: 940, height: 400 });
  const narrow = lossFigure(comparison, { id: 'loss-narrow', width: 420, height: 340 });
  const note = 'Marks: validation loss at each evaluation. Faint: training loss of every step.';
  return section('Loss', figure(bothWidths(wide, narrow, note), false));
}

function utilization(comparison: Comparison): Markup | null {
  const wide = utilizationFigure(comparison, { id: 'utilization', width: 940, maps: 4 });
  const narrow = utilizationFigure(comparison, { id: 'utilization-narrow', width: 420, maps: 2 });
  const note =
    'Every cell is an expert, every row of cells a layer; the stronger its colour, the more of the validation tokens go there.';
  return wide && narrow && figure(bothWidths(wide, narrow, note));
}

/** One figure drawn twice: for a wide page and for a narrow one, where the first would be too small to read. */
const bothWidths = (wide: Figure, narrow: Figure, note: string): Figure => ({
  ...wide,
  svg: join([
    element('div', { class: 'wide' }, wide.svg),
    element('div', { class: 'narrow' }, narrow.svg),
    element('p', { class: 'quiet' }, note),
  ]),
});

const pair = (figures: readonly (Figure | null)[]) => {
  const there = figures.filter((one) => one !== null);
  return (
    there.length > 0 &&
    element(
      'div',
      { class: 'pair' },
      there.map((one) => figure(one)),
    )
  );
};

function figure({ title, svg, table }: Figure, titled = true): Markup {
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

const columnHead = (text: string) => element('th', { scope: 'col' }, text);
const rowName = (...children: Child[]) => element('th', { scope: 'row' }, ...children);
const cell = (text: string) => element('td', {}, text);

function mainTable(comparison: Comparison): Markup {
  const [names, ...columns] = comparisonTable(comparison) as [TableColumn, ...TableColumn[]];
  const rows = comparison.runs.map(({ colour, shade }, index) => {
    const swatch = element('span', { class: 'swatch', style: `background:${runColour(colour, shade)}` });
    return element(
      'tr',
      {},
      rowName(swatch, names.values[index]!),
      columns.map(({ values }) => cell(values[index]!)),
    );
  });
  return join([
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'The runs in numbers' },
      element(
        'table',
        { class: 'main-table' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            [names, ...columns].map(({ label, explanation }) =>
              element('th', { scope: 'col', title: explanation }, label),
            ),
          ),
        ),
        element('tbody', {}, rows),
      ),
    ),
    element(
      'details',
      {},
      element('summary', {}, 'What the columns mean'),
      element(
        'ul',
        {},
        columns.map(({ label, explanation }) => element('li', {}, element('b', {}, label), `: ${explanation}.`)),
      ),
    ),
  ]);
}

function sameStart({ runs, equalStart: { equal, hashes } }: Comparison): Child {
  const labels = runLabels(runs);
  const what = {
    initHash: 'all initial parameters',
    initHashWithoutRouters: 'all but the routers',
    dataHash: 'order of the data',
  } as const;
  const kinds = Object.keys(what) as (keyof typeof what)[];
  const short = (hash: string | null) =>
    element('code', { title: hash ?? undefined }, hash ? hash.slice(0, 12) : 'not begun');
  return [
    element('p', {}, 'Hashes (sha256) that each worker took before its first step. Equal hashes are equal starts.'),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        { class: 'facts' },
        element('thead', {}, element('tr', {}, element('th', {}, ''), labels.map(columnHead), element('th', {}, ''))),
        element(
          'tbody',
          {},
          kinds.map((kind) =>
            element(
              'tr',
              {},
              rowName(what[kind]),
              hashes[kind].map((hash) => element('td', {}, short(hash))),
              cell(runs.length < 2 ? '' : equal[kind] ? 'equal' : 'different'),
            ),
          ),
        ),
      ),
    ),
  ];
}

function trained({ runs, corpora, differences }: Comparison): Child[] {
  const labels = runLabels(runs);
  const [first] = runs;
  const { model, training, seeds } = first!.configuration;
  const started = runs.find(({ start }) => start)?.start;
  const common: [string, string][] = [
    [
      'model',
      `${model.layers} layers, width ${model.width}, ${model.heads} heads, context ${model.context}; ${model.experts} experts of width ${model.expertWidth}, ${model.active} active`,
    ],
    [
      'parameters',
      started
        ? `${abbreviated(started.parameters.total)}, of them ${abbreviated(started.parameters.active)} active`
        : '',
    ],
    [
      'training',
      `${grouped(training.steps)} steps of ${grouped(training.batch * training.accumulate)} sequences, AdamW, peak learning rate ${training.learningRate}`,
    ],
    ['seeds', `parameters ${seeds.init}, data ${seeds.data}`],
    ...corpora.map(({ name, hash, bytes, tokens, tokenizer }): [string, string] => [
      'corpus',
      `${name}: ${byteSize(bytes)} of text, ${abbreviated(tokens.train)} training and ${abbreviated(tokens.validation)} validation tokens (${tokenizer}), hash ${hash.slice(0, 12)}`,
    ]),
    ['engine', started ? `${started.engine.kind} on ${started.engine.device}, ${started.engine.threads} threads` : ''],
    [
      'versions',
      Object.entries(started?.versions ?? {})
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
  const shared = runs.length > 1 ? 'As the first run has it; what the others have otherwise is below.' : null;
  return [
    shared && differences.length > 0 && element('p', { class: 'quiet' }, shared),
    element(
      'table',
      { class: 'facts' },
      element(
        'tbody',
        {},
        common.filter(([, text]) => text).map(([name, text]) => element('tr', {}, rowName(name), cell(text))),
      ),
    ),
    differences.length > 0 && [
      element('h3', { style: 'margin-top:1.6rem' }, 'Differences between the runs'),
      element(
        'div',
        { class: 'scroll' },
        element(
          'table',
          { class: 'facts' },
          element('thead', {}, element('tr', {}, element('th', {}, ''), labels.map(columnHead))),
          element(
            'tbody',
            {},
            differences.map(({ field, values }) =>
              element(
                'tr',
                {},
                rowName(field),
                values.map((value) => element('td', {}, element('code', {}, value))),
              ),
            ),
          ),
        ),
      ),
    ],
  ];
}
