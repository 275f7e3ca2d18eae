// One life of a lab process and its workers, watched from outside: what it said, who lives, and how it is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabEvent } from '../../src/main/lab/index.ts';
import type { Retention } from '../../src/shared/retention.ts';
import type { KillPoint } from './kill-points.ts';

export type Said = LabEvent | { type: 'worker'; process: number };

export interface StartedLab {
  readonly child: ChildProcess;
  /** In the order in which it was said; complete once it has ended. */
  readonly said: readonly Said[];
  readonly errors: () => string;
  /** Resolves with true as soon as `holds`, with false when the lab has ended without it. */
  until(holds: () => boolean): Promise<boolean>;
  killWorker(): void;
  killLab(): void;
  /** Whether the forced kill came to pass. */
  killed(): boolean;
  /** Milliseconds from its end until no process that it started was left; null where some are after `patience`. */
  workersGone(patience: number): Promise<number | null>;
  readonly ended: Promise<void>;
}

export interface StartOptions {
  home: string;
  run: string;
  retention?: Retention;
  kill?: KillPoint;
}

/** What a lab's process carries out: its program beside this one, and its arguments after the home. */
export interface StartedProgram {
  home: string;
  program: string;
  args: readonly string[];
  kill?: KillPoint | undefined;
}

/** A word in the environment of a lab and whatever it starts, by which none of them is overlooked. */
const mark = 'KILL_MARK';

export const startLab = ({ home, run, retention = 'all', kill }: StartOptions): StartedLab =>
  startProgram({ home, program: 'lab-process.ts', args: [run, JSON.stringify(retention)], kill });

export function startProgram({ home, program, args, kill }: StartedProgram): StartedLab {
  const markFile = join(home, 'killed');
  rmSync(markFile, { force: true });
  const child = spawn(process.execPath, [join(import.meta.dirname, program), home, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      [mark]: markFile,
      ...(kill && {
        KILL_AT: JSON.stringify(kill),
        NODE_OPTIONS: `--import=${new URL('kill-at.ts', import.meta.url)}`,
      }),
    },
  });
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let errors = '';
  let over = false;
  child.stdin!.on('error', () => {});
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    said.push(...lines.map((line) => JSON.parse(line)));
    for (const look of [...waiting]) look();
  });
  let endedAt = 0;
  child.on('exit', () => {
    endedAt = performance.now();
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve())).then(() => {
    over = true;
    for (const look of [...waiting]) look();
  });
  return {
    child,
    said,
    errors: () => errors,
    ended,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds() && !over) return;
          waiting.delete(look);
          resolve(holds());
        };
        waiting.add(look);
        look();
      }),
    killWorker() {
      const newest = said.findLast((one) => one.type === 'worker');
      if (newest) kill9(newest.process);
    },
    killLab: () => void child.kill('SIGKILL'),
    killed: () => existsSync(markFile),
    async workersGone(patience) {
      const workers = said.flatMap((one) => (one.type === 'worker' ? [one.process] : []));
      for (;;) {
        const took = performance.now() - endedAt;
        if (!workers.some(lives) && !isMentioned(markFile)) return took;
        if (took > patience) return null;
        await delay(20);
      }
    },
  };
}

function kill9(process_: number): void {
  try {
    process.kill(process_, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** One that has ended lives no more, also where whoever adopted it never asks after it, as the first process of a container may. */
export function lives(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${process_}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Whether any process has the word in its environment: one that a lab had no time left to tell of. */
function isMentioned(word: string): boolean {
  if (!existsSync('/proc/self/environ')) return false;
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(word);
    } catch {
      return false;
    }
  });
}
