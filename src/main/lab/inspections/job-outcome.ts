// How a job that gives one answer ended: that answer, or an error.
import { LabError } from '../../../shared/errors.ts';
import { type FinalEvent, type Job, lastWordsText } from '../../compute/index.ts';

/**
 * @param doing 'The worker that exported the model'
 * @throws LabError of the worker itself, or 'worker' where it went away; the signal's reason where that ended it
 */
export async function outcomeOf<Type extends FinalEvent['type']>(
  job: Job,
  type: Type,
  doing: string,
  signal?: AbortSignal,
): Promise<Extract<FinalEvent, { type: Type }>> {
  const stop = () => killed(job);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const end = await job.ended;
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (end.kind === 'done' && end.event.type === type) return end.event as Extract<FinalEvent, { type: Type }>;
  if (end.kind === 'done' && end.event.type === 'failed') throw LabError.fromJSON(end.event.error);
  if (end.kind === 'refused') throw end.error;
  const what = end.kind === 'crashed' ? `${end.reason}.${lastWordsText(end.lastWords)}` : 'was stopped.';
  throw new LabError('worker', `${doing} ${what}`, { remedy: 'Nothing else was lost. Try again.' });
}

/** At once: such a job has nothing to keep. */
export function killed(job: Job): void {
  job.stop();
  job.stop();
}
