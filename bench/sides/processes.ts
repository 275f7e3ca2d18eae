// Runs the sides of a comparison in processes of their own, in turn, so that a machine's drift meets both alike.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Timing {
  secondsPerStep: number;
  secondsAll: number[];
  peakBytes: number;
}

export interface Side {
  command: string;
  args: string[];
}

const folder = import.meta.dirname;

export const lab = (...args: string[]): Side => ({
  command: process.execPath,
  args: [join(folder, 'training-process.ts'), ...args],
});

export const pytorch = (...args: string[]): Side => ({
  command: 'python3',
  args: [join(folder, 'pytorch', 'train_step.py'), ...args],
});

/** The last line of a side's output as JSON, or null and its last words on standard error. */
export function time({ command, args }: Side): Timing | null {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  const line = (stdout ?? '').trim().split('\n').at(-1) ?? '';
  if (status === 0 && line.startsWith('{')) return JSON.parse(line) as Timing;
  process.stderr.write(`${command} ${args[0]} gave no figures: ${(stderr ?? '').trim().split('\n').at(-1)}\n`);
  return null;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Each side `rounds` times, in turn: the median over all its steps, and its smallest peak memory. Null where it gave no figures. */
export function alternate(sides: readonly Side[], rounds: number): (Timing | null)[] {
  const timings = sides.map((): Timing[] => []);
  for (let round = 0; round < rounds; round++) {
    sides.forEach((side, index) => {
      const timing = time(side);
      if (timing) timings[index]!.push(timing);
    });
  }
  return timings.map((runs) => {
    if (runs.length === 0) return null;
    const secondsAll = runs.flatMap((run) => run.secondsAll);
    return {
      secondsPerStep: median(secondsAll),
      secondsAll,
      peakBytes: Math.min(...runs.map(({ peakBytes }) => peakBytes)),
    };
  });
}
