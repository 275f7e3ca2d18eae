import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const description =
  'processor time of evaluations and studies over that of the steps (preset nano, default schedule)';

interface Spent {
  evaluations: number;
  steps: number;
  evaluation: number;
  studies: Record<string, number>;
}

export async function run(): Promise<void> {
  const file = join(import.meta.dirname, '..', 'sides', 'evaluation-process.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  const line = stdout.trim().split('\n').at(-1);
  if (!line?.startsWith('{')) throw new Error(stderr.trim().split('\n').at(-1));
  const { evaluations, steps, evaluation, studies } = JSON.parse(line) as Spent;
  const share = (seconds: number) => (seconds / steps).toFixed(4);
  process.stdout.write(`nano, 1 thread: ${steps.toFixed(1)} s of steps; ratios to it:\n`);
  process.stdout.write(`  ${evaluations} evaluations ${share(evaluation)}, one ${share(evaluation / evaluations)}\n`);
  for (const [kind, seconds] of Object.entries(studies)) {
    process.stdout.write(`  a ${kind} study of one checkpoint ${share(seconds)}\n`);
  }
}
