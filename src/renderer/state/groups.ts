// Compared runs as groups that are drawn as one: by default those that differ in nothing but their seeds. Pure.
import { runColour } from '../../charts/index.ts';
import type { ComparedRun } from '../../shared/comparison.ts';
import { groupKey } from '../../shared/statistics/index.ts';
import { plain } from '../ui/plain.ts';
import { seedOf } from './verdict.ts';

export const groupings = ['seeds', 'objective', 'none'] as const;
export type Grouping = (typeof groupings)[number];

type Grouped = Pick<
  ComparedRun,
  'id' | 'name' | 'experiment' | 'configuration' | 'course' | 'objective' | 'objectiveKey' | 'colour'
>;

export interface RunGroup<Run extends Grouped = Grouped> {
  key: string;
  label: string;
  colour: string;
  runs: { run: Run; label: string; colour: string }[];
}

export function groupRuns<Run extends Grouped>(runs: readonly Run[], grouping: Grouping): RunGroup<Run>[] {
  const groups = [...Map.groupBy(runs, (run) => keyOf(run, grouping))];
  const labels = labelsOf(groups.map(([, group]) => group));
  const shades = new Map<string, number>();
  return groups.map(([key, group], index) => {
    const colourKey = group[0]!.colour;
    const shade = shades.get(colourKey) ?? 0;
    shades.set(colourKey, shade + 1);
    const members = group.map((run, member) => ({
      run,
      label: group.length > 1 ? `${labels[index]}, seed ${seedOf(run.configuration.seeds)}` : labels[index]!,
      colour: runColour(colourKey, shade + (group.length > 1 ? member : 0)),
    }));
    return { key, label: labels[index]!, colour: runColour(colourKey, shade), runs: members };
  });
}

function keyOf(run: Grouped, grouping: Grouping): string {
  if (grouping === 'none') return run.id;
  return grouping === 'objective' ? run.objectiveKey : groupKey(run);
}

/** The objective where that tells the groups apart; else with the seed, the experiment, the name or the id. */
function labelsOf(groups: readonly (readonly Grouped[])[]): string[] {
  const first = groups.map((group) => group[0]!);
  const candidates = [
    first.map(({ objective }) => objective),
    first.map(({ objective, configuration }) => `${objective}, seed ${seedOf(configuration.seeds)}`),
    first.map(({ objective, experiment }) => `${objective}, ${plain(experiment, 30)}`),
    first.map(({ name }) => plain(name, 40)),
    first.map(({ name, id }) => `${plain(name, 30)} (${id})`),
  ];
  return candidates.find((labels) => new Set(labels).size === labels.length) ?? candidates.at(-1)!;
}
