// What a job yields: a worker's events before they are numbered for sending.
import type { WorkerEvent } from '../shared/worker-messages.ts';

type Unnumbered<Event> = Event extends { sequence: number } ? Omit<Event, 'sequence'> : Event;

/** The reader of bundles is another process. */
type OwnEvent = Exclude<WorkerEvent, { type: 'bundle-preview' | 'bundle-piece' | 'bundle-read' }>;

export type JobEvent = Unnumbered<OwnEvent>;
