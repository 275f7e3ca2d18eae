// What a run that failed has left, as data beside its message: so that a page offers the action that helps, and no other.
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { EventRow } from './records.ts';

export const failureKind = 'failed';

const step = z.int().min(0);

const failureSchema = z.object({
  code: z.string() as z.ZodType<ErrorCode>,
  /** What happened. */
  what: z.string(),
  /** What is safe. */
  safe: z.string(),
  /** The one next action, in words. */
  action: z.string(),
  /** Step of the newest checkpoint of its own that is whole as far as it is known; null without one. */
  checkpoint: step.nullable(),
  /** Step of a newer one that it could not go on from; null where there is none. */
  damaged: step.nullable(),
});

export type Failure = z.infer<typeof failureSchema>;

/** The newest of a run's events that is a failure; null where none is, or the lab that wrote it kept words alone. */
export function lastFailure(events: readonly Pick<EventRow, 'kind' | 'data'>[]): Failure | null {
  const event = events.findLast(({ kind }) => kind === failureKind);
  return event ? (failureSchema.safeParse(event.data).data ?? null) : null;
}
