// Real training, killed about a dozen times at calls and at moments of one seed; by hand as often as one likes: run.ts.
import { expect, test } from 'vitest';
import '../patience.ts';
import { killAgainAndAgain } from './campaign.ts';

test('killed again and again, nothing that was acknowledged is lost and each run ends as without a kill', {
  timeout: 1_800_000,
}, async () => {
  const { kills, runs, rows } = await killAgainAndAgain({ kills: 12, seed: 4, steps: 120 });
  expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(12);
  expect(runs).toBeGreaterThan(0);
  expect(rows).toBeGreaterThanOrEqual(runs * 120);
});
