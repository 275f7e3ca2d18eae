// The runs of a comparison as groups of seeds, each against the baseline's.
import type { ComparedGroup, ComparedRun, ComparisonStatistics, GroupSpeedUp } from '../../../shared/comparison.ts';
import { speedUpOverSeeds } from '../../../shared/speed-up/index.ts';
import {
  baselineOf,
  pairedStatistics,
  pairKey,
  pairsOf,
  type SeedGroup,
  sampleSummary,
  seedGroups,
  settled,
  settledPairs,
} from '../../../shared/statistics/index.ts';
import { runLabels } from './labels.ts';

const isComplete = ({ status }: ComparedRun) => status === 'completed';

interface Group extends SeedGroup<ComparedRun> {
  objectiveKey: string;
}

export function comparisonStatistics(runs: readonly ComparedRun[]): ComparisonStatistics {
  const groups = groupsOf(runs);
  const baseline = baselineOf(groups.filter((group) => group.runs.some(({ final }) => final)));
  const described = groups.map(describe);
  if (!baseline) return { groups: described, baseline: null, loss: null, speedUps: [] };
  return {
    groups: described,
    baseline: baseline.key,
    loss: pairedStatistics(groups, baseline.key, { bootstrap: true }),
    speedUps: groups.filter((group) => group !== baseline).flatMap((group) => speedUp(group, baseline)),
  };
}

/** The key of a group is the id of its first run. */
function groupsOf(runs: readonly ComparedRun[]): Group[] {
  const groups = seedGroups(runs);
  const labels = runLabels(groups.map(([first]) => first!));
  return groups.map((members, index) => {
    const [{ id, objectiveKey }] = members as [ComparedRun];
    return { key: id, label: labels[index]!, objectiveKey, runs: members };
  });
}

function describe({ key, label, objectiveKey, runs }: Group): ComparedGroup {
  const measured = settled(
    runs.filter(({ final }) => final),
    isComplete,
    ({ final }) => final!.step,
  );
  const summary = (read: (final: NonNullable<ComparedRun['final']>) => number) =>
    measured.length > 0 ? sampleSummary(measured.map(({ final }) => read(final!))) : null;
  return {
    key,
    label,
    objectiveKey,
    runs: runs.map(({ id }) => id),
    measured: measured.map(({ id }) => id),
    loss: summary(({ loss }) => loss),
    perplexity: summary(({ perplexity }) => perplexity),
  };
}

function speedUp(group: Group, baseline: Group): GroupSpeedUp[] {
  const pairs = settledPairs(pairsOf(group.runs, baseline.runs, pairKey))
    .pairs.filter((pair) => pair.every(({ evaluations }) => evaluations.length > 0))
    .map(([faster, slower]) => ({ faster: faster.evaluations, slower: slower.evaluations }));
  if (pairs.length === 0) return [];
  const [raw, isotonic] = [speedUpOverSeeds(pairs, 'raw'), speedUpOverSeeds(pairs, 'isotonic')];
  return [{ group: group.key, baseline: baseline.key, raw, isotonic }];
}
