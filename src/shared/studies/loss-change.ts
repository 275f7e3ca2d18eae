// What a setting does to the loss, block by block of the same validation tokens: their differences have less scatter than the
// losses themselves.
import { type PairedDifference, pairedDifference } from '../statistics/index.ts';
import type { PruningPart } from './pruning.ts';

/** Loss less that of `base`, with its 95% interval over blocks; null where the two were not measured on the same blocks. */
export function lossChange(part: PruningPart, base: PruningPart): PairedDifference | null {
  if (part.blocks.length !== base.blocks.length) return null;
  return pairedDifference(Array.from(part.blocks, (loss, block) => loss - base.blocks[block]!));
}
