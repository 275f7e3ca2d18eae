// Real training, controlled a handful of times at random by one seed; by hand for minutes: random-control.ts.
import { expect, test } from 'vitest';
import { controlAtRandom } from './control-campaign.ts';

test('started, paused, stopped, reordered and forked at random, each run ends as it ends undisturbed', {
  timeout: 300_000,
}, async () => {
  const { completed, forks } = await controlAtRandom({ actions: 20, seed: 3, runs: 3, steps: 60 });
  expect(completed).toBe(3 + forks);
});
