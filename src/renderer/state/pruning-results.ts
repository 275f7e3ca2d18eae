// What studies have measured of pruned runs, as one list: each setting of a run once, from the newest study that has it, beside
// the unpruned model of the same study. Pure.
import type { StudyRow } from '../../shared/api.ts';
import type { PairedDifference } from '../../shared/statistics/index.ts';
import { lossChange } from '../../shared/studies/loss-change.ts';
import type { PruningPart, PruningRequest, PruningSetting } from '../../shared/studies/pruning.ts';
import { settingName } from '../../shared/studies/pruning-key.ts';
import type { RunGroup } from './groups.ts';

type Grouped = RunGroup['runs'][number]['run'];

/** A run as it is grouped and paired. */
export interface PrunedRun extends Grouped {
  start: { dataHash: string } | null;
}

/** A run's studies, the newest first. */
export interface PrunedStudy {
  study: StudyRow;
  parts: readonly PruningPart[];
}

export interface MeasuredSetting {
  run: string;
  /** Of the setting; equal over runs. */
  name: string;
  setting: PruningSetting;
  part: PruningPart;
  unpruned: PruningPart;
  request: PruningRequest;
  /** Of the loss against the unpruned model, over validation blocks; null for that model itself. */
  change: PairedDifference | null;
}

const requestOf = ({ request }: StudyRow) => request as PruningRequest;

/** Validation tokens that were asked for, the newest study's first: results of different ones are not compared. */
export const sampleSizes = (studies: readonly PrunedStudy[]): number[] => [
  ...new Set(
    studies.toSorted((a, b) => (a.study.id < b.study.id ? 1 : -1)).map(({ study }) => requestOf(study).tokens),
  ),
];

export function measuredSettings(studies: readonly PrunedStudy[], step: number, tokens: number): MeasuredSetting[] {
  const found = new Map<string, MeasuredSetting>();
  for (const { study, parts } of studies) {
    const request = requestOf(study);
    const unpruned = parts.find(({ setting }) => setting.method === 'none');
    if (request.step !== step || request.tokens !== tokens || !unpruned) continue;
    for (const part of parts) {
      const { setting } = part;
      const name = settingName(setting);
      if (found.has(name)) continue;
      const change = part === unpruned ? null : lossChange(part, unpruned);
      found.set(name, { run: study.run, name, setting, part, unpruned, request, change });
    }
  }
  return [...found.values()];
}

/** Reversed criteria and random draws: what others are compared with. */
export const isControl = (setting: PruningSetting): boolean =>
  setting.method === 'remove' && (setting.reversed || setting.criterion === 'random');

/** Loss, less that of the unpruned model. */
export const riseOf = ({ part, unpruned }: MeasuredSetting): number => part.loss - unpruned.loss;

export interface MeasuredGroup {
  key: string;
  label: string;
  colour: string;
  runs: { run: PrunedRun; label: string; colour: string; settings: readonly MeasuredSetting[] }[];
}

/** Groups with what was measured of their runs; those of which nothing was are left out. */
export const measuredGroups = (
  groups: readonly RunGroup<PrunedRun>[],
  settingsOf: (run: string) => readonly MeasuredSetting[],
): MeasuredGroup[] =>
  groups
    .map((group) => ({
      ...group,
      runs: group.runs
        .map((member) => ({ ...member, settings: settingsOf(member.run.id) }))
        .filter(({ settings }) => settings.length > 0),
    }))
    .filter(({ runs }) => runs.length > 0);

export const allSettings = (groups: readonly MeasuredGroup[]): MeasuredSetting[] =>
  groups.flatMap(({ runs }) => runs.flatMap(({ settings }) => settings));

/** Sequences of the batches whose speed was measured, ascending. */
export const measuredBatches = (groups: readonly MeasuredGroup[]): number[] =>
  [...new Set(allSettings(groups).flatMap(({ part }) => (part.throughput ?? []).map(({ batch }) => batch)))].sort(
    (a, b) => a - b,
  );

export const speedAt = ({ part }: Pick<MeasuredSetting, 'part'>, batch: number) =>
  part.throughput?.find((one) => one.batch === batch) ?? null;
