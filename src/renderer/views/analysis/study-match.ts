// Whether a kept measurement is the answer to a question that is being asked.
import type { StudyRequestInput, StudyRow } from '../../../shared/api.ts';
import { studyRequestSchema } from '../../../shared/studies/study.ts';

/** The same request, with its defaults filled in. */
export function answers({ request }: Pick<StudyRow, 'request'>, asked: StudyRequestInput): boolean {
  const { success, data } = studyRequestSchema.safeParse(asked);
  return success && JSON.stringify(sorted(data)) === JSON.stringify(sorted(request));
}

/** Fields in one order, so that equal requests are equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

export const movingStatuses: readonly string[] = ['queued', 'running', 'stopping'];
