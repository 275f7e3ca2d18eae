// What a study would cost on this machine, before it starts.
import { forwardFlopsPerToken } from '../../../shared/config/cost.ts';
import { studyCost } from '../../../shared/studies/cost.ts';
import type { StudyEstimate } from '../../../shared/studies/study.ts';
import type { ReadOnlyStore } from '../../store/index.ts';
import type { CheckedRequest } from './check-request.ts';

/** Operations of a training step over those of a forward pass: forward and, twice as much, backward. */
const trainingPasses = 3;

/** Seconds at the speed that the run was trained at, where it was trained here. The whole study's, whatever of it is stored. */
export function estimateStudy(
  store: Pick<ReadOnlyStore, 'metrics'>,
  { request, run, corpus }: Pick<CheckedRequest, 'request' | 'run' | 'corpus'>,
): StudyEstimate {
  const cost = studyCost(request, run.configuration, corpus);
  const last = store.metrics.last(run.id);
  const trained = last && last.seconds > 0 ? last.tokens / last.seconds : null;
  const speed = trained && trained * trainingPasses * forwardFlopsPerToken(run.configuration.model).total;
  return { ...cost, seconds: speed ? cost.flops / speed : null };
}
