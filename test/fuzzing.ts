// How long a property is tried: a fixed number of times in every run of the tests, or for SIMBAL_FUZZ_SECONDS each by hand.
// fast-check prints the seed and path of what fails; SIMBAL_FUZZ_SEED gives the same values again.
import type { Parameters } from 'fast-check';
import { vi } from 'vitest';

const seconds = Number(process.env.SIMBAL_FUZZ_SECONDS) || 0;
const seed = process.env.SIMBAL_FUZZ_SEED;

if (seconds > 0) vi.setConfig({ testTimeout: (10 * seconds + 60) * 1000 });

/** Parameters of `fc.assert`. `runs` is what a second or two is enough for. */
export function fuzzing(runs: number): Parameters<unknown> {
  return {
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(seconds > 0
      ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
      : { numRuns: runs }),
  };
}

/** Whether more is tried by hand than in every run of the tests. */
export const byHand = seconds > 0;
