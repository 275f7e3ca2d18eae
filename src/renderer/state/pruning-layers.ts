// A setting layer by layer: how many experts stay, how much of the routing goes elsewhere, and what each layer alone costs. Pure.
import type { XY } from '../../charts/index.ts';
import type { PruningPart } from '../../shared/studies/pruning.ts';
import { settingName } from '../../shared/studies/pruning-key.ts';
import { inAllLayers, layerOf } from '../../shared/studies/pruning-methods.ts';
import { type MeasuredSetting, riseOf } from './pruning-results.ts';

/** L lists of E. */
export function countRows({ counts, layers, experts }: PruningPart): number[][] {
  return Array.from({ length: layers }, (_, layer) =>
    Array.from(counts.subarray(layer * experts, (layer + 1) * experts)),
  );
}

export const keptCounts = ({ kept, layers, experts }: PruningPart): number[] =>
  kept ? kept.map((layer) => layer.length) : new Array<number>(layers).fill(experts);

/** Experts that any token reaches, a layer. */
export const usedCounts = (part: PruningPart): number[] =>
  countRows(part).map((layer) => layer.filter((count) => count > 0).length);

/**
 * Share of a layer's slots that lie with other experts than before: half the sum of |p − q| over its experts (total variation),
 * 0 where the load is the same and 1 where nothing is. Tokens that change places leave it as it is.
 */
export function movedShares(part: PruningPart, unpruned: PruningPart): number[] {
  const before = countRows(unpruned).map(shares);
  return countRows(part).map((layer, index) => {
    const after = shares(layer);
    return after.reduce((sum, share, expert) => sum + Math.abs(share - before[index]![expert]!), 0) / 2;
  });
}

function shares(counts: readonly number[]): number[] {
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => (sum > 0 ? count / sum : 0));
}

/** By the name of the setting in all layers: what the loss rises by with each layer alone pruned so, in ascending layers. */
export function layerSensitivity(settings: readonly MeasuredSetting[]): Map<string, XY[]> {
  const found = new Map<string, XY[]>();
  for (const measured of settings) {
    const layer = layerOf(measured.setting);
    if (layer === null) continue;
    const name = settingName(inAllLayers(measured.setting));
    found.set(name, [...(found.get(name) ?? []), [layer, riseOf(measured)]]);
  }
  for (const points of found.values()) points.sort((a, b) => a[0] - b[0]);
  return found;
}
