// The tables of a comparison page: the runs in numbers, their start, what was trained.
import {
  abbreviated,
  byteSize,
  type Child,
  element,
  grouped,
  join,
  type Markup,
  runColour,
} from '../../../charts/index.ts';
import type { Comparison } from '../comparison/compare.ts';
import { runLabels } from '../comparison/labels.ts';
import { cell, columnHead, rowName } from './page-parts.ts';
import { comparisonTable, type TableColumn } from './table.ts';

export function mainTable(comparison: Comparison): Markup {
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

export function sameStart({ runs, equalStart: { equal, hashes } }: Comparison): Child {
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

export function trained({ runs, corpora, differences }: Comparison): Child[] {
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
