// Which objective gives up less when experts are dropped: the rise of the loss under each setting, paired by seed with the baseline. Pure.

import type { ModelConfiguration } from '../../shared/config/schema.ts';
import {
  holm,
  type PairedDifference,
  pairedDifference,
  pairedSentence,
  pairKey,
  pairsOf,
} from '../../shared/statistics/index.ts';
import type { PruningSetting } from '../../shared/studies/pruning.ts';
import { layerOf } from '../../shared/studies/pruning-methods.ts';
import { dropsSomething } from '../../shared/studies/pruning-sweeps.ts';
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
    settings.filter(({ setting }) => asksSomething(setting, run.configuration.model)),
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
      paired: true,
      finished: true,
      holm: adjusted[index]!,
      made,
    }),
  }));
}

/**
 * Controls and settings that drop nothing say nothing of an objective, and single layers say it of themselves: they would only be
 * corrected for.
 */
const asksSomething = (setting: PruningSetting, model: ModelConfiguration): boolean =>
  dropsSomething(setting, model) && !isControl(setting) && layerOf(setting) === null;

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
