// Real training, controlled a handful of times at random by one seed; by hand for minutes: random-control.ts.
import { expect, test } from 'vitest';
import '../patience.ts';
import { controlAtRandom } from './control-campaign.ts';

test('started, paused, stopped, reordered and forked at random, each run ends as it ends undisturbed', async () => {
  // Where runs are done sooner than the actions are, another round of them begins.
  const { runs, completed, forks } = await controlAtRandom({ actions: 20, seed: 3, runs: 3, steps: 60 });
  expect(runs).toBeGreaterThan(0);
  expect(completed).toBe(runs + forks);
});
