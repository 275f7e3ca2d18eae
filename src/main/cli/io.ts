// What the command line has to do with the process around it, so that a test can stand in its place.
import { join } from 'node:path';
import type { LaunchWorker } from '../compute/index.ts';
import { exitCodes } from './exit-codes.ts';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Standard error is a terminal that can rewrite its line. */
  terminal: boolean;
  columns: number;
  env: Record<string, string | undefined>;
  folder: string;
  /** Calls the listener at every interrupt; returns what ends that. */
  onInterrupt(listener: () => void): () => void;
  /** Milliseconds, monotonic. */
  now(): number;
  launch?: LaunchWorker;
}

export function processIo(): Io {
  let outputLost = false;
  // A reader that has seen enough (| head), a terminal that was closed, a full disk: none is a reason to end what is
  // being trained.
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || code === 'EIO' || outputLost) return;
    outputLost = true;
    process.once('exit', () => {
      process.exitCode ||= exitCodes.failure;
    });
    process.stderr.write(`Standard output cannot be written (${code}).\n`);
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    columns: process.stderr.columns ?? 80,
    env: process.env,
    folder: process.cwd(),
    onInterrupt(listener) {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    now: () => performance.now(),
  };
}

/** What a person types to reach this program. */
export function commandName(env: Io['env']): string {
  return env.npm_lifecycle_event ? 'npm run -s simbal --' : 'simbal';
}

/** Where the lab lies when nobody says: the user's own data folder. */
export function defaultHome(env: Io['env'], platform: NodeJS.Platform, userHome: string): string {
  if (env.SIMBAL_HOME) return env.SIMBAL_HOME;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(userHome, 'AppData', 'Local'), 'SimBal Lab');
  if (platform === 'darwin') return join(userHome, 'Library', 'Application Support', 'SimBal Lab');
  return join(env.XDG_DATA_HOME ?? join(userHome, '.local', 'share'), 'simbal-lab');
}
