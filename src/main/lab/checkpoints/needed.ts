// The checkpoints of a run that something else begins at or looks at: whatever else goes, these stay.
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import { checkpointsOf } from '../studies/checkpoints.ts';

type Known = Pick<ReadOnlyStore, 'runs' | 'checkpoints' | 'studies'>;

/**
 * Steps of this run that forks begin at, and that studies look at which are not complete.
 * @param removed counts those of removed runs too, which may be restored
 */
export function neededSteps(store: Known, run: string, { removed }: { removed: boolean }): Set<number> {
  const runs = store.runs.list({ removed });
  const forks = runs.flatMap(({ parent }) => (parent?.run === run ? [parent.step] : []));
  const status = ['queued', 'running', 'stopping', 'stopped', 'failed'] as const;
  const studied = store.studies.list({ status, removed }).flatMap(({ run: id, request }) => {
    const steps: readonly number[] = 'steps' in request ? request.steps : [request.step];
    const there = checkpointsOf(store, runOf(runs, id) ?? store.runs.get(id));
    return there.flatMap((checkpoint) =>
      checkpoint.run === run && steps.includes(checkpoint.step) ? [checkpoint.step] : [],
    );
  });
  return new Set([...forks, ...studied]);
}

const runOf = (runs: readonly RunRow[], id: string): RunRow | undefined => runs.find((run) => run.id === id);
