// Groups of runs as numbers: what their seeds say together of a measure, at the end of each. Pure.
import type { ComparedRun } from '../../../shared/comparison.ts';
import {
  bootstrapInterval,
  type IntervalMethod,
  type SampleSummary,
  sampleSummary,
  settled,
} from '../../../shared/statistics/index.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import type { RunGroup } from '../../state/groups.ts';
import type { Measure } from './measures.ts';

export interface GroupSummary {
  group: RunGroup<ComparedRun>;
  /** Runs that the numbers are of: the complete ones, else the one that is furthest; empty before any evaluation. */
  runs: ComparedRun[];
  finished: boolean;
  /** Of each measure, its newest value of each run; null where no run has one. The interval is there from three values on. */
  values: (SampleSummary | null)[];
}

/** Intervals of one value are none, and those of two would hide what they are of. */
const leastValues = 3;

export function groupSummaries(
  groups: readonly RunGroup<ComparedRun>[],
  measures: readonly Pick<Measure, 'read'>[],
  evaluations: (run: ComparedRun) => readonly Evaluation[],
  method: IntervalMethod,
): GroupSummary[] {
  return groups.map((group) => {
    const measured = group.runs.map(({ run }) => run).filter((run) => evaluations(run).length > 0);
    const runs = settled(measured, isComplete, (run) => evaluations(run).at(-1)!.step);
    return {
      group,
      runs,
      finished: runs.every(isComplete),
      values: measures.map(({ read }) =>
        summaryOf(
          runs.flatMap(
            (run) =>
              evaluations(run)
                .map(read)
                .findLast((value) => value !== null) ?? [],
          ),
          method,
        ),
      ),
    };
  });
}

const isComplete = ({ status }: ComparedRun) => status === 'completed';

function summaryOf(values: readonly number[], method: IntervalMethod): SampleSummary | null {
  if (values.length === 0) return null;
  const summary = sampleSummary(values);
  if (values.length < leastValues) return { ...summary, interval: null };
  return method === 't' ? summary : { ...summary, interval: bootstrapInterval(values) };
}
