// Where the numbers come from: engine, device and versions of each run, seeds, and the corpus.
import { abbreviated, byteSize, grouped } from '../../../../charts/index.ts';
import type { RunStart } from '../../../../shared/worker-messages.ts';
import { plain } from '../../text.ts';
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';

export function provenance({ comparison, labels, histories }: ReportSource): Block[] {
  const { runs, corpora } = comparison;
  const engines = [...new Set(runs.flatMap(({ start }) => (start ? [engineText(start)] : [])))];
  const rows = corpora.map(({ name, hash, bytes, tokens, documents, tokenizer }): [string, string] => [
    'corpus',
    `${plain(name)}: ${byteSize(bytes)} of text, ${abbreviated(tokens.train)} training and ${abbreviated(tokens.validation)} validation tokens (${tokenizer}), ${grouped(documents.train)} and ${grouped(documents.validation)} documents, hash ${hash}`,
  ]);
  const blocks: Block[] = [
    {
      kind: 'facts',
      rows: [
        ...rows,
        [
          'engine',
          engines.length === 0
            ? 'no run has begun'
            : engines.length === 1
              ? engines[0]!
              : 'not the same in all runs, see below',
        ],
      ],
    },
    {
      kind: 'table',
      id: 'provenance',
      title: 'Runs',
      columns: [
        { label: 'run', align: 'left' },
        { label: 'id', align: 'left' },
        { label: 'experiment', align: 'left' },
        { label: 'seed of parameters', align: 'right' },
        { label: 'seed of data', align: 'right' },
        ...(engines.length > 1 ? [{ label: 'engine', align: 'left' as const }] : []),
        ...(histories ? [{ label: 'created', align: 'left' as const }] : []),
      ],
      rows: runs.map(({ id, experiment, configuration: { seeds }, start }, index) => [
        labels[index]!,
        id,
        plain(experiment),
        String(seeds.init),
        String(seeds.data),
        ...(engines.length > 1 ? [start ? engineText(start) : 'not begun'] : []),
        ...(histories ? [histories[index]!.run.created] : []),
      ]),
    },
  ];
  if (engines.length > 1) {
    blocks.splice(1, 0, {
      kind: 'paragraph',
      text: 'The runs used different engines, devices or versions: their speeds do not compare, and their losses may differ in the last digits.',
    });
  }
  return blocks;
}

function engineText({ engine: { kind, device, software, threads }, versions }: RunStart): string {
  const named = Object.entries(versions).map(([name, version]) => `${plain(name, 60)} ${plain(version, 60)}`);
  const pretended = software ? ', a processor pretending to be a GPU' : '';
  return `${kind} on ${plain(device)}${pretended}, ${threads} threads${named.length > 0 ? `; ${named.join(', ')}` : ''}`;
}
