// Gathers step metrics for sending: at least every second, and no more than 25 at once.
import type { StepMetrics } from '../../shared/worker-messages.ts';
import type { JobEvent } from '../job-event.ts';

const most = 25;
const longest = 1000;

export class StepBuffer {
  #steps: StepMetrics[] = [];
  #since = performance.now();

  add(metrics: StepMetrics): void {
    this.#steps.push(metrics);
  }

  get due(): boolean {
    return this.#steps.length >= most || performance.now() - this.#since >= longest;
  }

  /** What was gathered, as an event; nothing where there is nothing. */
  *flush(): Generator<JobEvent, void> {
    const steps = this.#steps;
    this.#steps = [];
    this.#since = performance.now();
    if (steps.length > 0) yield { type: 'steps', steps };
  }
}
