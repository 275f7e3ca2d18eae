// The answer, in sentences that follow from the statistics; comparison/findings.ts writes them.
import { findings } from '../../comparison/findings.ts';
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';

export function answer({ comparison }: ReportSource): Block[] {
  const { sentences, limits } = findings(comparison);
  const [first, ...others] = sentences;
  return [
    ...(first ? [{ kind: 'paragraph', text: first, tone: 'answer' } as const] : []),
    ...others.map((text) => ({ kind: 'paragraph', text }) as const),
    ...(limits.length > 0
      ? [{ kind: 'heading', text: 'What limits it' } as const, { kind: 'list', items: limits } as const]
      : []),
  ];
}
