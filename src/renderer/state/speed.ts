// How fast a run trains, or did.
import type { RunSummary } from '../../shared/api.ts';

/**
 * Training tokens a second, as comparisons and reports tell it: over all steps of a run that rests, where its newest step
 * alone would be chance; of one that trains, at its newest step. Null before the first.
 */
export function speedOf({
  status,
  tokens,
  seconds,
  tokensPerSecond,
}: Pick<RunSummary, 'status' | 'tokens' | 'seconds' | 'tokensPerSecond'>): number | null {
  const speed = status === 'running' || status === 'pausing' ? tokensPerSecond : tokens / seconds;
  return speed !== null && speed > 0 && Number.isFinite(speed) ? speed : null;
}
