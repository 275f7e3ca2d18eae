// What kinds of pruning settings there are: which take whole experts away, which need a calibration, which can be faster.
import type { PruningCriterion, PruningSetting } from './pruning.ts';

/** Settings that take whole experts away. */
export type StaticSetting = Extract<PruningSetting, { ratio: number }>;

export const isStatic = (setting: PruningSetting): setting is StaticSetting => 'ratio' in setting;

/** Merging removes by the similarity that it merges by. */
export const criterionOf = (setting: StaticSetting): PruningCriterion =>
  setting.method === 'merge' ? setting.similarity : setting.criterion;

/** Whether it has to know how the unpruned model uses its experts. */
export const isCalibrated = (setting: PruningSetting): boolean =>
  isStatic(setting) && criterionOf(setting) !== 'random';

/** Whether it has to know what every expert makes of every token. */
export const needsOutputs = (setting: PruningSetting): boolean =>
  isStatic(setting) && ['reap', 'output-similarity'].includes(criterionOf(setting));

/** Whether it is less work, on an engine whose shapes follow the load: dropping the best puts others in their place. */
export const isLessWork = ({ method }: PruningSetting): boolean => method !== 'drop-top';

/** The one layer that it prunes; null where it prunes all of them, and where it prunes nothing. */
export const layerOf = (setting: PruningSetting): number | null =>
  'layer' in setting ? (setting.layer ?? null) : null;

/** The same in all layers. */
export const inAllLayers = (setting: PruningSetting): PruningSetting =>
  setting.method === 'none' ? setting : { ...setting, layer: undefined };

/** Forward passes of each side before those that are timed. */
export const warmUpPasses = 2;
