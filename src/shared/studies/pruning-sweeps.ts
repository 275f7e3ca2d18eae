// The sweeps that are asked for where nobody says otherwise: those of Figure 4 and Table 6 of the paper, and shares of whole
// experts to remove, as far as a model's experts go; and each setting in one layer at a time.
import type { ModelConfiguration } from '../config/schema.ts';
import type { PruningSettingInput } from './pruning.ts';
import { removedExperts } from './pruning-rules.ts';

/** Thresholds of Table 6. */
export const sweptThresholds: readonly number[] = [0, 0.1, 0.15, 0.2];

/** Experts dropped for Figure 4: K must be left for each token. */
export const sweptDrops = ({ experts, active }: ModelConfiguration): number[] =>
  [0, 1, 2, 4].filter((dropped) => dropped <= experts - active);

/** Shares of the experts of a layer that remove at least one and leave at least one, each a different number of them. */
export function sweptRatios(model: ModelConfiguration): number[] {
  const removed = new Set<number>();
  return [0.125, 0.25, 0.5, 0.75].filter((ratio) => {
    const count = removedExperts(model, ratio, 'layer');
    if (count < 1 || count >= model.experts || removed.has(count)) return false;
    removed.add(count);
    return true;
  });
}

/** Whether anything at all is dropped. */
export function dropsSomething(setting: PruningSettingInput, { active }: ModelConfiguration): boolean {
  switch (setting.method) {
    case 'none':
      return false;
    case 'drop-top':
      return setting.experts > 0;
    case 'threshold':
      return setting.threshold > 0;
    case 'fewer-active':
      return setting.active < active;
    case 'dynamic':
      return setting.share < 1;
    case 'remove':
    case 'merge':
      return true;
  }
}

/** Each setting that drops something, in each layer alone: which layers can bear it. What is taken from all layers together is left out. */
export function layerByLayer<Setting extends PruningSettingInput>(
  settings: readonly Setting[],
  model: ModelConfiguration,
): Setting[] {
  return settings
    .filter((setting) => dropsSomething(setting, model) && !('scope' in setting && setting.scope === 'global'))
    .flatMap((setting) => Array.from({ length: model.layers }, (_, layer) => ({ ...setting, layer })));
}
