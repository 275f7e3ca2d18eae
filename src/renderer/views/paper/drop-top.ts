// Figure 4 from pruning studies: the loss with each token's most probable experts masked. Pure.
import type { XY } from '../../../charts/index.ts';
import type { StudyRequestInput } from '../../../shared/api.ts';
import type { RunConfiguration } from '../../../shared/config/schema.ts';
import type { PruningRequest } from '../../../shared/studies/pruning.ts';
import { dropCurve } from '../../state/pruning-curves.ts';
import { measuredSettings, type PrunedStudy } from '../../state/pruning-results.ts';

export interface DropTop {
  step: number;
  /** Validation tokens that were asked for. */
  tokens: number;
  /** Experts masked, from 0, and the validation loss. */
  points: XY[];
}

/** With gates as they are. Null where the study masked no expert, or has not come to it. */
export function dropTopOf(done: PrunedStudy): DropTop | null {
  const { step, tokens } = done.study.request as PruningRequest;
  const points = dropCurve(measuredSettings([done], step, tokens), 'loss', false);
  return points.some(([experts]) => experts > 0) ? { step, tokens, points } : null;
}

/** At most so many experts are masked. */
const mostMasked = 8;

/** Of as many validation tokens as the run's own evaluations; a mask is never timed. Null where no expert can be masked. */
export function dropTopRequest(
  run: { id: string; configuration: RunConfiguration },
  step: number,
): StudyRequestInput | null {
  const { model, evaluation } = run.configuration;
  const most = Math.min(mostMasked, model.experts - model.active);
  if (model.kind === 'dense' || most < 1) return null;
  return {
    kind: 'pruning',
    run: run.id,
    step,
    settings: Array.from({ length: most }, (_, index) => ({ method: 'drop-top' as const, experts: index + 1 })),
    tokens: evaluation.tokens,
    throughput: { batches: [] },
  };
}
