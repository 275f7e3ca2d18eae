import { expect, test } from 'vitest';
import '../patience.ts';
import { traceCheckpoint, traceMissing } from './checkpoint-calls.ts';

const missing = traceMissing();
const skipped = missing === null ? '' : ` (skipped, ${missing})`;

test.skipIf(missing !== null)(
  `a checkpoint is on the disk, with its name, before the store is told of it${skipped}`,
  async () => {
    const { lines, faults } = await traceCheckpoint();
    expect(faults).toEqual([]);
    expect(lines.length).toBeGreaterThan(12);
  },
);
