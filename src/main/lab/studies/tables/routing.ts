// Routing over checkpoints as long tables.

import type { Cell } from '../../../../charts/csv.ts';
import { type RoutingPart, vocabularies } from '../../../../shared/studies/routing.ts';
import { type DataTable, runHead, type TableRun } from './data-table.ts';

export function routingTables({ id, name }: TableRun, parts: readonly RoutingPart[]): DataTable[] {
  const table = (title: string, head: readonly string[], rowsOf: (part: RoutingPart) => Iterable<readonly Cell[]>) => ({
    name: title,
    head: [...runHead, 'step', ...head],
    rows: parts.flatMap((part) => [...rowsOf(part)].map((row) => [id, name, part.step, ...row])),
  });
  return [
    table('routing', ['tokens', 'loss', 'layer', 'saturation', 'switch rate'], (part) =>
      part.saturation.map((saturation, layer) => [
        part.tokens,
        part.loss,
        layer,
        saturation,
        part.switchRate?.[layer] ?? null,
      ]),
    ),
    table(
      'routing-experts',
      ['layer', 'expert', 'slots', ...vocabularies.map((each) => `${each} specialisation`)],
      experts,
    ),
    table('routing-coactivation', ['layer', 'expert', 'other', 'tokens of both', 'share of the expert'], together),
    table('routing-domains', ['layer', 'expert', 'domain', 'slots', "share of the domain's tokens"], domains),
    table('routing-tokens', ['layer', 'expert', 'vocabulary', 'token', 'text', 'slots', 'share'], tokens),
  ];
}

function* experts({ layers, experts: E, counts, vocabulary }: RoutingPart) {
  for (let layer = 0; layer < layers; layer++) {
    for (let expert = 0; expert < E; expert++) {
      const at = layer * E + expert;
      // NaN of an expert that no token used.
      const specialisation = vocabularies.map((each) => vocabulary[each].specialisation[at]!);
      yield [layer, expert, counts[at]!, ...specialisation.map((value) => (Number.isNaN(value) ? null : value))];
    }
  }
}

function* together({ layers, experts: E, together: all }: RoutingPart) {
  for (let layer = 0; layer < layers; layer++) {
    for (let i = 0; i < E; i++) {
      const of = all[(layer * E + i) * E + i]!;
      for (let j = 0; j < E; j++) {
        const both = all[(layer * E + i) * E + j]!;
        if (i !== j) yield [layer, i, j, both, of > 0 ? both / of : null];
      }
    }
  }
}

function* domains({ layers, experts: E, domains: { names, tokens: sizes, slots } }: RoutingPart) {
  for (let layer = 0; layer < layers; layer++) {
    for (let expert = 0; expert < E; expert++) {
      for (const [domain, label] of names.entries()) {
        const count = slots[(layer * E + expert) * names.length + domain]!;
        yield [layer, expert, label, count, sizes[domain]! > 0 ? count / sizes[domain]! : null];
      }
    }
  }
}

function* tokens({ vocabulary }: RoutingPart) {
  for (const each of vocabularies) {
    for (const [layer, byExpert] of vocabulary[each].top.entries()) {
      for (const [expert, top] of byExpert.entries()) {
        for (const { token, text, count, share } of top) yield [layer, expert, each, token, text, count, share];
      }
    }
  }
}
