// How to run it again: command lines, one typed after the other.
import type { Block } from '../document.ts';
import type { ReportSource } from '../source.ts';

export function again({ again: lines, limits }: ReportSource): Block[] {
  const blocks: Block[] = [{ kind: 'code', lines: [...lines] }];
  if (limits.length > 0) blocks.push({ kind: 'list', items: [...limits] });
  return blocks;
}
