// The name of a pruning setting: the key of its part, the same text wherever it is shown.
import type { PruningSetting } from './pruning.ts';

/** 'none', 'drop-top 2', 'threshold 0.1 renormalised', 'remove reap 0.25 layer', 'remove random 0.5 global draw 3'. */
export function pruningKey(setting: PruningSetting): string {
  const renormalised = 'renormalise' in setting && setting.renormalise ? ' renormalised' : '';
  switch (setting.method) {
    case 'none':
      return 'none';
    case 'drop-top':
      return `drop-top ${setting.experts}${renormalised}`;
    case 'threshold':
      return `threshold ${setting.threshold}${setting.keepOne ? '' : ' may leave none'}${renormalised}`;
    case 'fewer-active':
      return `fewer-active ${setting.active}${renormalised}`;
    case 'dynamic':
      return `dynamic ${setting.share}${renormalised}`;
    case 'remove': {
      const { criterion, ratio, scope, reversed, draw } = setting;
      const which = criterion === 'random' ? ` draw ${draw}` : reversed ? ' reversed' : '';
      return `remove ${criterion} ${ratio} ${scope}${which}`;
    }
    case 'merge':
      return `merge ${setting.similarity} ${setting.ratio} ${setting.scope}`;
  }
}

/** As people read it: the unpruned model by that name, every other setting by its key. */
export const settingName = (setting: PruningSetting): string =>
  setting.method === 'none' ? 'unpruned' : pruningKey(setting);

/** The settings in the order in which they are evaluated: the unpruned model first, whether it was asked for or not. */
export const evaluatedSettings = (settings: readonly PruningSetting[]): PruningSetting[] => [
  { method: 'none' },
  ...settings.filter(({ method }) => method !== 'none'),
];
