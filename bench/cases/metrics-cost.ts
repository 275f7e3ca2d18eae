import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from '../sides/processes.ts';

export const description = 'what metrics, messages and the loop add to the steps of a run (preset nano)';

const rounds = 3;

export async function run(): Promise<void> {
  const timings = Array.from({ length: rounds }, () => {
    const file = join(import.meta.dirname, '..', 'sides', 'loop-process.ts');
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    const line = stdout.trim().split('\n').at(-1);
    if (!line?.startsWith('{')) throw new Error(stderr.trim().split('\n').at(-1));
    return JSON.parse(line) as { secondsPerStep: number; busyPerStep: number };
  });
  const whole = median(timings.map(({ secondsPerStep }) => secondsPerStep));
  const busy = median(timings.map(({ busyPerStep }) => busyPerStep));
  process.stdout.write(
    `nano, 2 threads: loop ${(whole * 1000).toFixed(2)} ms a step, steps alone ${(busy * 1000).toFixed(2)} ms, ` +
      `ratio ${(whole / busy).toFixed(4)}\n`,
  );
}
