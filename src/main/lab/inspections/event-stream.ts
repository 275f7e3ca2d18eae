// Events on their way from a worker to the one page that asked, which takes them in its own time: while it does not, few are kept and
// the worker waits. A new word of progress replaces the one before.
import type { InspectorEvent } from '../../../shared/inspection.ts';

/** Events that may wait; one of a large layer holds half a megabyte. */
const most = 32;

export interface TakenEvents {
  events: InspectorEvent[];
  /** There will be no more. */
  ended: boolean;
}

export class EventStream {
  #waiting: InspectorEvent[] = [];
  #end: { error: Error | null } | null = null;
  #wakeTaker = Promise.withResolvers<void>();
  #wakeGiver = Promise.withResolvers<void>();

  /** Resolves when there is room for the next one. */
  async give(event: InspectorEvent): Promise<void> {
    if (this.#end) return;
    if (isProgress(event)) this.#waiting = this.#waiting.filter((other) => !isProgress(other));
    this.#waiting.push(event);
    this.#wakeTaker.resolve();
    while (this.#waiting.length >= most && !this.#end) await this.#wakeGiver.promise;
  }

  /** What was given stays to be taken; an error is told after it. */
  end(error: Error | null = null): void {
    this.#end ??= { error };
    this.#wakeTaker.resolve();
    this.#wakeGiver.resolve();
  }

  /** Waits until there is something. @throws what the stream ended with, once everything before was taken */
  async take(): Promise<TakenEvents> {
    while (this.#waiting.length === 0 && !this.#end) await this.#wakeTaker.promise;
    const events = this.#waiting;
    this.#waiting = [];
    this.#wakeTaker = Promise.withResolvers();
    if (this.#end) this.#wakeTaker.resolve();
    this.#wakeGiver.resolve();
    this.#wakeGiver = Promise.withResolvers();
    if (events.length === 0 && this.#end?.error) throw this.#end.error;
    return { events, ended: this.#end !== null && this.#end.error === null };
  }
}

const isProgress = (event: InspectorEvent) => 'event' in event && event.event.type === 'progress';
