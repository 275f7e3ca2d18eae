// Numbers a job's events and holds the job back while too many of them are unacknowledged, so that a lab that is slow to
// store them is never flooded. It knows no process: `transmit` does.
import type { WorkerEvent } from '../shared/worker-messages.ts';
import type { JobEvent } from './job-event.ts';

/** Numbered events that may be under way at once. */
const most = 64;

const numbered = ['steps', 'evaluation', 'checkpoint', 'study-part', 'inspection', 'recording-points'] as const;

type Numbered = Extract<JobEvent, { type: (typeof numbered)[number] }>;

const isNumbered = (event: JobEvent): event is Numbered => (numbered as readonly string[]).includes(event.type);

export class Outbox {
  #sent = 0;
  #acknowledged = 0;
  #wake: (() => void) | null = null;
  readonly #transmit: (event: WorkerEvent) => Promise<void>;

  constructor(transmit: (event: WorkerEvent) => Promise<void>) {
    this.#transmit = transmit;
  }

  /** Sends one event, first waiting for room where it is one that the lab acknowledges. One call at a time. */
  async send(event: JobEvent): Promise<void> {
    if (!isNumbered(event)) return this.#transmit(event);
    while (this.#sent - this.#acknowledged >= most) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    this.#sent++;
    return this.#transmit({ ...event, sequence: this.#sent });
  }

  /** The lab has this event and all before it. */
  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, Math.min(sequence, this.#sent));
    this.#wake?.();
    this.#wake = null;
  }
}
