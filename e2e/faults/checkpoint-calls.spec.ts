import { expect, test } from 'vitest';
import { hasStrace, traceCheckpoint } from './checkpoint-calls.ts';

test.skipIf(!hasStrace())('a checkpoint is on the disk, with its name, before the store is told of it', async () => {
  const { lines, faults } = await traceCheckpoint();
  expect(faults).toEqual([]);
  expect(lines.length).toBeGreaterThan(12);
});
