// A home of the oldest version, killed at each statement and commit of its way to the newest; by hand of every version, and at the
// system's calls: run.ts.
import { expect, test } from 'vitest';
import { migrations } from '../../src/main/store/migrations/index.ts';
import '../patience.ts';
import { killMigrations } from './migration-kills.ts';

test('a migration that is killed at any of its calls leaves a whole version with every row, and goes on', async () => {
  const { kills, found } = await killMigrations(1, 'briefly');
  expect(kills['after commit']).toBe(migrations.length - 1);
  expect(kills['before statement']).toBeGreaterThan(2 * (migrations.length - 1));
  expect(found).toEqual(migrations.map((_, index) => index + 1));
});
