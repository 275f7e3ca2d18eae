// The drafted experiment made: all of its runs, or nothing.
import type { RunSummary } from '../../../shared/api.ts';
import type { LabConnection } from '../../lab.ts';
import type { DraftState } from '../../state/draft.svelte.ts';

/** @throws LabError for what the lab refuses; nothing is left of the experiment then */
export async function createExperiment(
  api: LabConnection['api'],
  draft: DraftState,
  start: boolean,
): Promise<RunSummary[]> {
  const [first] = draft.configurations;
  if (!draft.holds || !first) return [];
  const experiment = await api.experiments.create({ name: draft.name });
  try {
    return await api.runs.create({
      experiment: experiment.id,
      configuration: first.configuration,
      objectives: draft.configurations.map(({ objective }) => objective),
      seeds: draft.seedList,
      ...(draft.routerInit !== 'paired' && { keepRouterInit: true }),
      start,
    });
  } catch (thrown) {
    await api.experiments.remove({ experiment: experiment.id });
    throw thrown;
  }
}
