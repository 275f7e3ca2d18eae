// A comparison in words for a terminal: the table, then what it says.

import { findings } from '../lab/comparison/findings.ts';
import { runLabels } from '../lab/comparison/labels.ts';
import type { Comparison } from '../lab/index.ts';
import { comparisonTable } from '../lab/report/table.ts';
import { plain } from '../lab/text.ts';
import { textTable } from './text-table.ts';

export function comparisonText(comparison: Comparison): string {
  const columns = comparisonTable(comparison).map(({ label, values }, index) => ({
    label: plain(label, 40),
    values: values.map((value) => plain(value, 60)),
    align: index === 0 ? ('left' as const) : ('right' as const),
  }));
  const { sentences, limits } = findings(comparison);
  return [
    textTable(columns),
    ...(comparison.leftOut ?? []).map((sentence) => plain(sentence, 500)),
    ...sentences,
    '',
    ...limits,
    ...(limits.length > 0 ? [''] : []),
    startText(comparison),
  ].join('\n');
}

/** The hashes that show whether all started equal. */
function startText({ runs, equalStart: { hashes } }: Comparison): string {
  const short = (all: readonly (string | null)[]) => all.map((hash) => hash?.slice(0, 12) ?? 'not begun');
  return textTable([
    { label: 'start', align: 'left', values: runLabels(runs).map((label) => plain(label, 60)) },
    { label: 'parameters', align: 'left', values: short(hashes.initHash) },
    { label: 'without routers', align: 'left', values: short(hashes.initHashWithoutRouters) },
    { label: 'data order', align: 'left', values: short(hashes.dataHash) },
  ]);
}
