// Studies and pruning of real checkpoints, killed a few times at calls and moments of one seed; by hand as often as one likes: run.ts.
import { expect, test } from 'vitest';
import '../patience.ts';
import { killStudies } from './study-kills.ts';

test('killed again and again, a study keeps its parts and ends as without a kill', async () => {
  const { kills, studies, parts } = await killStudies({ kills: 3, seed: 2026 });
  expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(3);
  expect(studies).toBeGreaterThan(0);
  expect(parts).toBeGreaterThan(0);
});
