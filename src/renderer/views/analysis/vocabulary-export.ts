// The specialisation of every expert of one layer as a file: its bars as a figure, its tokens as a table.

import { svg } from '../../../charts/figure.ts';
import { element, figureStyle, grouped, percent } from '../../../charts/index.ts';
import type { RoutingPart, Vocabulary } from '../../../shared/studies/routing.ts';
import { type ExportedChart, standalone } from '../../charts/export.ts';
import { plain } from '../../ui/plain.ts';
import type { ExpertVocabulary } from './vocabulary.ts';

interface Shown {
  label: string;
  colour: string;
  part: RoutingPart;
  experts: readonly ExpertVocabulary[];
}

const line = 18;

export function exportedSpecialisation(shown: readonly Shown[], vocabulary: Vocabulary, layer: number): ExportedChart {
  const title = `Vocabulary specialisation by ${vocabulary} token, layer ${layer}`;
  return {
    title,
    svg: () => {
      const lines = shown.flatMap(({ label, colour, part, experts }) => [
        { text: `${label}, step ${grouped(part.step)}`, colour, share: null },
        ...experts.map(({ expert, specialisation, top }) => ({
          text: `${expert}: ${top
            .slice(0, 6)
            .map((token) => plain(token.text, 12))
            .join('  ')}`,
          colour,
          share: Number.isFinite(specialisation) ? specialisation : 0,
        })),
      ]);
      const drawing = { id: 'chart', title, description: title, width: 640, height: lines.length * line + 10 };
      const marks = lines.flatMap(({ text, colour, share }, index) => {
        const y = index * line + 15;
        if (share === null) return [element('text', { x: 0, y }, text)];
        return [
          element('text', { class: 'tick', x: 12, y }, text),
          element('rect', { x: 380, y: y - 9, width: share * 200, height: 10, style: `fill:${colour}` }),
          element('text', { class: 'tick', x: 386 + share * 200, y }, percent(share)),
        ];
      });
      return standalone(svg(drawing, ...marks).text, figureStyle);
    },
    table: () => ({
      columns: ['run', 'step', 'layer', 'expert', 'specialisation', 'rank', 'token', 'text', 'count', 'share'],
      rows: shown.flatMap(({ label, part, experts }) =>
        experts.flatMap(({ expert, specialisation, top }) =>
          top.map(({ token, text, count, share }, rank) => [
            label,
            part.step,
            layer,
            expert,
            specialisation,
            rank + 1,
            token,
            text,
            count,
            share,
          ]),
        ),
      ),
    }),
  };
}
