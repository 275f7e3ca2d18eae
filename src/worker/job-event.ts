// What a job yields: a worker's events before they are numbered for sending.
import type { WorkerEvent } from '../shared/worker-messages.ts';

type Unnumbered<Event> = Event extends { sequence: number } ? Omit<Event, 'sequence'> : Event;

export type JobEvent = Unnumbered<WorkerEvent>;
