// Long work, told as it goes and stopped where it may be.
import type { StudyStep } from '../studies/study.ts';

/** What work that was stopped gives instead of its result. */
export const stopped: unique symbol = Symbol('stopped');

/** Milliseconds between two reports. */
const interval = 200;

/** Passes on how far the work is; where `pause` is aborted it ends at the work's next report. */
export async function* told<Result>(
  phase: string,
  work: AsyncGenerator<{ done: number; total: number }, Result>,
  pause: AbortSignal,
): AsyncGenerator<StudyStep, Result | typeof stopped> {
  let last = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return value;
      if (pause.aborted) return stopped;
      if (performance.now() - last < interval) continue;
      last = performance.now();
      yield { type: 'progress', phase, ...value };
    }
  } finally {
    // Nothing where it has ended by itself.
    await work.return(undefined as never);
  }
}
