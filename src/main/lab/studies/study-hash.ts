// What a study answers, as one hash: the same question of the same weights.
import { createHash } from 'node:crypto';
import type { StudyRequest } from '../../../shared/studies/study.ts';
import type { CheckpointRecord } from '../../../shared/worker-messages.ts';

/** sha256 over the request, its fields in one order, and the hashes of the checkpoints' files. `request` has every default. */
export function studyHash(request: StudyRequest, checkpoints: readonly Pick<CheckpointRecord, 'step' | 'hashes'>[]) {
  const weights = checkpoints.map(({ step, hashes }) => ({ step, hashes }));
  return createHash('sha256')
    .update(JSON.stringify(ordered({ request, weights })))
    .digest('hex');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return keys.map((key) => [key, ordered((value as Record<string, unknown>)[key])]);
}
