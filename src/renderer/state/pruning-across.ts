// Which objective gives up less when experts are dropped: the rise of the loss under each setting, paired by seed with the baseline. Pure.
import {
  holm,
  type PairedDifference,
  pairedDifference,
  pairedSentence,
  pairKey,
  pairsOf,
} from '../../shared/statistics/index.ts';
import type { PruningSetting } from '../../shared/studies/pruning.ts';
import { isControl, type MeasuredGroup, riseOf } from './pruning-results.ts';

export interface AcrossSeeds {
  setting: string;
  group: string;
  baseline: string;
  difference: PairedDifference;
  sentence: string;
}

/** One for each setting and group that has a pair with the baseline; corrected for all of them together. */
export function acrossSeeds(groups: readonly MeasuredGroup[], baselineKey: string): AcrossSeeds[] {
  const baseline = groups.find(({ key }) => key === baselineKey);
  if (!baseline) return [];
  const asked = baseline.runs.flatMap(({ run, settings }) =>
    settings.filter(({ setting }) => asksSomething(setting, run.configuration.model.active)),
  );
  const names = [...new Set(asked.map(({ name }) => name))];
  const measured = names.flatMap((setting) =>
    groups.flatMap((group) => {
      if (group === baseline) return [];
      const difference = pairedDifference(differencesOf(group, baseline, setting));
      return difference ? [{ setting, group, difference }] : [];
    }),
  );
  const adjusted = holm(measured.map(({ difference }) => difference.pValue));
  const made = adjusted.filter((p) => p !== null).length;
  return measured.map(({ setting, group, difference }, index) => ({
    setting,
    group: group.label,
    baseline: baseline.label,
    difference,
    sentence: pairedSentence(difference, {
      label: group.label,
      against: baseline.label,
      unit: 'nats',
      better: 'lower',
      finished: true,
      holm: adjusted[index]!,
      made,
    }),
  }));
}

/** Controls and settings that drop nothing say nothing of an objective, and would only be corrected for. */
function asksSomething(setting: PruningSetting, active: number): boolean {
  switch (setting.method) {
    case 'none':
      return false;
    case 'drop-top':
      return setting.experts > 0;
    case 'threshold':
      return setting.threshold > 0;
    case 'dynamic':
      return setting.share < 1;
    case 'fewer-active':
      return setting.active < active;
    default:
      return !isControl(setting);
  }
}

function differencesOf(group: MeasuredGroup, baseline: MeasuredGroup, name: string): number[] {
  const measured = ({ runs }: MeasuredGroup) =>
    runs.flatMap(({ run, settings }) => {
      const found = settings.find((one) => one.name === name);
      return found ? [{ configuration: run.configuration, course: run.course, start: run.start, found }] : [];
    });
  return pairsOf(measured(group), measured(baseline), (one) => `${pairKey(one)} step ${one.found.part.step}`).map(
    ([one, other]) => riseOf(one.found) - riseOf(other.found),
  );
}
