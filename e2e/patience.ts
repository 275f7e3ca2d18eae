// How long a journey waits for what is to come. A machine that is slow or busy is no failure, so each limit is far above what any
// of them needs: it only ends what would never come. Whoever imports this has these limits.
import { vi } from 'vitest';

/** Milliseconds for one step of a journey. */
export const patience = 120_000;

vi.setConfig({ testTimeout: 4 * patience, hookTimeout: 4 * patience, expect: { poll: { timeout: patience } } });
