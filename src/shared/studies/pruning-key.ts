// The name of a pruning setting: the key of its part, the same text wherever it is shown.
import type { PruningSetting } from './pruning.ts';
import { layerOf } from './pruning-methods.ts';

/** 'none', 'drop-top 2', 'threshold 0.1 renormalised', 'remove reap 0.25 layer', 'remove random 0.5 draw 3 in layer 0 alone'. */
export function pruningKey(setting: PruningSetting): string {
  const layer = layerOf(setting);
  const renormalised = 'renormalise' in setting && setting.renormalise ? ' renormalised' : '';
  const where = layer === null ? '' : ` in layer ${layer} alone`;
  switch (setting.method) {
    case 'none':
      return 'none';
    case 'drop-top':
      return `drop-top ${setting.experts}${renormalised}${where}`;
    case 'threshold':
      return `threshold ${setting.threshold}${setting.keepOne ? '' : ' may leave none'}${renormalised}${where}`;
    case 'fewer-active':
      return `fewer-active ${setting.active}${renormalised}${where}`;
    case 'dynamic':
      return `dynamic ${setting.share}${renormalised}${where}`;
    case 'remove': {
      const { criterion, ratio, scope, reversed, draw } = setting;
      const which = criterion === 'random' ? ` draw ${draw}` : reversed ? ' reversed' : '';
      return `remove ${criterion} ${ratio}${layer === null ? ` ${scope}` : ''}${which}${where}`;
    }
    case 'merge':
      return `merge ${setting.similarity} ${setting.ratio}${layer === null ? ` ${setting.scope}` : where}`;
  }
}

/** As people read it: the unpruned model by that name, every other setting by its key. */
export const settingName = (setting: PruningSetting): string =>
  setting.method === 'none' ? 'unpruned' : pruningKey(setting);

/** A message that points at settings by their places, with what they are instead. */
export const withSettingNames = (message: string, settings: readonly PruningSetting[]): string =>
  message.replace(/settings\.(\d+)(\.\w+)?/g, (path, index) => {
    const setting = settings[Number(index)];
    return setting ? `“${settingName(setting)}”` : path;
  });

/** The settings in the order in which they are evaluated: the unpruned model first, whether it was asked for or not. */
export const evaluatedSettings = (settings: readonly PruningSetting[]): PruningSetting[] => [
  { method: 'none' },
  ...settings.filter(({ method }) => method !== 'none'),
];
