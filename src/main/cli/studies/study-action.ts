// What the commands that study runs do alike: find the runs, plan, tell the cost or carry it out, tell the results.
import type { Command } from 'commander';
import { runLabels } from '../../lab/comparison/labels.ts';
import { compare, findRun } from '../../lab/index.ts';
import type { ReadOnlyStore, RunRow } from '../../store/index.ts';
import type { SessionOf } from '../program.ts';
import { noLab, type Session } from '../session.ts';
import { carriedOut, distinctRuns, type PlannedStudy, tellEstimates } from './results.ts';

interface StudyAction<Options> {
  plan(store: ReadOnlyStore, runs: readonly RunRow[], options: Options): PlannedStudy[];
  tell(store: ReadOnlyStore, plan: readonly PlannedStudy[], options: Options, session: Session): void;
}

/** The action of a command whose arguments are runs. */
export const studyAction =
  <Options extends { estimate?: boolean }>(sessionOf: SessionOf, { plan, tell }: StudyAction<Options>) =>
  async (names: string[], options: Options, command: Command): Promise<void> => {
    const session = sessionOf(command);
    const planned = session.withStore((store) => {
      if (!store) throw noLab(session.home);
      return plan(store, distinctRuns(names.map((name) => findRun(store, name))), options);
    });
    if (options.estimate) return tellEstimates(planned, session);
    await carriedOut(planned, session);
    session.withStore((store) => tell(store!, planned, options, session));
  };

/** What tells the runs apart, in their order. */
export function labelsOf(store: ReadOnlyStore, runs: readonly RunRow[]): string[] {
  const ids = runs.map(({ id }) => id);
  return runLabels(compare(store, ids, { resolution: 1 }).runs);
}
