// Proof of an equal start: hashes that each worker took before its first step.
import type { StartHash } from '../../../../shared/comparison.ts';
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';
import { seedsText } from './runs.ts';

const what: Readonly<Record<StartHash, string>> = {
  initHash: 'all initial parameters',
  initHashWithoutRouters: 'all but the routers',
  dataHash: 'order of the data',
};

export function start({ comparison: { runs, equalStart }, labels }: ReportSource): Block[] {
  const kinds = Object.keys(what) as StartHash[];
  const { equal, ofOneSeed, hashes } = equalStart;
  const verdicts = kinds.map((kind): [string, string] => [
    what[kind],
    equal[kind]
      ? 'equal in all runs'
      : ofOneSeed
        ? `${ofOneSeed[kind] ? 'equal' : 'not equal'} in all runs of one seed`
        : 'not equal in all runs',
  ]);
  return [
    {
      kind: 'paragraph',
      text: 'Hashes (sha256) that each worker took before its first step. Equal hashes are equal starts.',
    },
    ...(runs.length > 1 ? [{ kind: 'facts', rows: verdicts } as const] : []),
    {
      kind: 'table',
      id: 'start',
      title: 'Hashes at the start',
      columns: [
        { label: 'run', align: 'left' },
        ...(ofOneSeed ? [{ label: 'seeds', align: 'right' as const }] : []),
        ...kinds.map((kind) => ({ label: what[kind], align: 'left' as const })),
      ],
      rows: labels.map((label, run) => [
        label,
        ...(ofOneSeed ? [seedsText(runs[run]!)] : []),
        ...kinds.map((kind) => hashes[kind][run]?.slice(0, 16) ?? 'not begun'),
      ]),
      note: 'The first 16 of 64 digits.',
    },
  ];
}
