// All detectors over one run: takes what the run reports, gives the alerts that this raises.
import type { Alert, AlertDetector } from '../../../shared/alerts.ts';
import type { RunConfiguration } from '../../../shared/config/index.ts';
import type { ErrorData } from '../../../shared/errors.ts';
import type { Evaluation } from '../../../shared/worker-messages.ts';
import { collapse } from './collapse.ts';
import { deadExperts } from './dead-experts.ts';
import type { Detector, Finding, ObservedStep, Outcome } from './detector.ts';
import { gradientExplosion } from './gradient-explosion.ts';
import { lossSpike } from './loss-spike.ts';
import { notFinite } from './not-finite.ts';
import { orthogonalityLost } from './orthogonality-lost.ts';

/** What a run had reported up to the step that it goes on from: read again silently, so that no episode is raised twice. */
export interface Past {
  steps: readonly ObservedStep[];
  evaluations: readonly Evaluation[];
  /** Steps of its checkpoints. */
  checkpoints: readonly number[];
}

/** A detector with its state. */
interface Watched {
  detector: AlertDetector;
  step(step: ObservedStep): Finding | null;
  evaluation(evaluation: Evaluation): Finding | null;
}

export class AlertWatch {
  readonly #configuration: RunConfiguration;
  #watched: Watched[] = [];
  #checkpoints: number[] = [];

  constructor(configuration: RunConfiguration) {
    this.#configuration = configuration;
    this.begin({ steps: [], evaluations: [], checkpoints: [] });
  }

  /** Begins anew from what there is already. */
  begin({ steps, evaluations, checkpoints }: Past): void {
    const configuration = this.#configuration;
    this.#watched = [
      watched(deadExperts, configuration),
      watched(collapse, configuration),
      watched(orthogonalityLost, configuration),
      watched(lossSpike, configuration),
      watched(gradientExplosion, configuration),
    ].filter((one) => one !== null);
    this.#checkpoints = [...checkpoints];
    this.steps(steps);
    for (const evaluation of evaluations) this.evaluation(evaluation);
  }

  steps(steps: readonly ObservedStep[]): Alert[] {
    return steps.flatMap((step) => this.#raised((one) => one.step(step)));
  }

  evaluation(evaluation: Evaluation): Alert[] {
    return this.#raised((one) => one.evaluation(evaluation));
  }

  checkpoint(step: number): void {
    this.#checkpoints.push(step);
  }

  /** @param step the newest step that is stored */
  failed(error: ErrorData, step: number): Alert[] {
    const finding = notFinite(error, step);
    return finding ? [this.#alert('not-finite', finding)] : [];
  }

  #raised(observe: (watched: Watched) => Finding | null): Alert[] {
    return this.#watched.flatMap((one) => {
      const finding = observe(one);
      return finding ? [this.#alert(one.detector, finding)] : [];
    });
  }

  #alert(detector: AlertDetector, { healthy, message, ...finding }: Finding): Alert {
    const good = this.#checkpoints.filter((step) => step <= healthy);
    const checkpoint = good.length > 0 ? Math.max(...good) : null;
    const last =
      checkpoint === null
        ? 'There is no checkpoint from before it.'
        : `The newest checkpoint from before it is of step ${checkpoint}.`;
    return { detector, ...finding, checkpoint, message: `${message} ${last}` };
  }
}

function watched<State>(detector: Detector<State>, configuration: RunConfiguration): Watched | null {
  let state = detector.begin(configuration);
  if (state === null) return null;
  const take = ({ state: next, finding }: Outcome<State>) => {
    state = next;
    return finding;
  };
  return {
    detector: detector.detector,
    step: (step) => (detector.step ? take(detector.step(state!, step)) : null),
    evaluation: (evaluation) => (detector.evaluation ? take(detector.evaluation(state!, evaluation)) : null),
  };
}
