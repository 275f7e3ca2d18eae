import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test.skipIf(!existsSync('/dev/full'))('output that cannot be written is said in a sentence, and is a failure', () => {
  const program = join(import.meta.dirname, '..', 'cli.ts');
  const args = [program, 'runs', 'list', '--home', join(import.meta.dirname, 'no-lab')];
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
    // What Node itself has to say of the environment is not meant.
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  expect(stderr).toBe('Standard output cannot be written (ENOSPC).\n');
  expect(status).toBe(1);
});
