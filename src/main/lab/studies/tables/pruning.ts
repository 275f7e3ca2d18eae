// Pruning settings as long tables.

import type { Cell } from '../../../../charts/csv.ts';
import { lossChange } from '../../../../shared/studies/loss-change.ts';
import type { PruningPart } from '../../../../shared/studies/pruning.ts';
import { pruningKey } from '../../../../shared/studies/pruning-key.ts';
import { speedRatio } from '../../../../shared/studies/pruning-speed.ts';
import { type DataTable, runHead, type TableRun } from './data-table.ts';

export function pruningTables({ id, name }: TableRun, parts: readonly PruningPart[]): DataTable[] {
  const unpruned = parts.find(({ setting }) => setting.method === 'none');
  const table = (title: string, head: readonly string[], rowsOf: (part: PruningPart) => Iterable<readonly Cell[]>) => ({
    name: title,
    head: [...runHead, 'step', 'setting', ...head],
    rows: parts.flatMap((part) =>
      [...rowsOf(part)].map((row) => [id, name, part.step, pruningKey(part.setting), ...row]),
    ),
  });
  const head = ['kind', 'tokens', 'loss', 'perplexity', 'change of loss', 'low', 'high', 'experts a token', 'seconds'];
  return [
    table('pruning', [...head, 'parameters', 'bytes', 'FLOPs a token', 'exported'], (part) => {
      const change = unpruned && lossChange(part, unpruned);
      return [
        [
          part.kind,
          part.tokens,
          part.loss,
          part.perplexity,
          change?.mean,
          change?.interval?.low,
          change?.interval?.high,
          part.activeExperts,
          part.seconds,
          part.parameters,
          part.bytes,
          part.flopsPerToken,
          part.exported,
        ],
      ];
    }),
    table(
      'pruning-speed',
      [
        'batch',
        'tokens/s',
        'low',
        'high',
        'unpruned tokens/s',
        'unpruned low',
        'unpruned high',
        'ratio',
        'ratio low',
        'ratio high',
      ],
      ({ throughput }) =>
        (throughput ?? []).map((timed) => {
          const { batch, tokensPerSecond, unpruned: base } = timed;
          const ratio = speedRatio(timed);
          return [
            batch,
            tokensPerSecond.median,
            tokensPerSecond.low,
            tokensPerSecond.high,
            base.median,
            base.low,
            base.high,
            ratio.median,
            ratio.low,
            ratio.high,
          ];
        }),
    ),
    table('pruning-experts', ['layer', 'expert', 'slots', 'kept', 'score'], experts),
  ];
}

function* experts({ layers, experts: E, counts, kept, scores }: PruningPart) {
  for (let layer = 0; layer < layers; layer++) {
    for (let expert = 0; expert < E; expert++) {
      const stays = kept === null || kept[layer]!.includes(expert);
      yield [layer, expert, counts[layer * E + expert]!, stays ? 'yes' : 'no', scores?.[layer * E + expert]];
    }
  }
}
