// A command line whose workers pretend and whose output is kept: for tests alone.
import { pathToFileURL } from 'node:url';
import type { Behaviour } from '../compute/fake-worker.testing.ts';
import { type LaunchWorker, nodeWorkers } from '../compute/index.ts';
import { fakeWorker } from '../lab/pretended-lab.testing.ts';
import type { Io } from './io.ts';
import { runCli } from './program.ts';

export interface Typed {
  code: number;
  out: string;
  err: string;
}

export interface PretendedIo {
  run(...args: string[]): Promise<Typed>;
  /** As Ctrl-C does. */
  interrupt(): void;
  /** The same as soon as standard error says this: nothing has happened after it. */
  interruptAt(text: string): void;
  /** What standard error has so far of the command that runs. */
  err(): string;
}

export interface PretendedIoOptions {
  behaviour?: Behaviour;
  stepTime?: number;
  terminal?: boolean;
  /** In place of pretended workers. */
  launch?: LaunchWorker;
}

export function pretendedIo(
  home: string,
  { behaviour = 'good', stepTime = 0, terminal = false, launch }: PretendedIoOptions = {},
) {
  let [out, err] = ['', ''];
  let awaited: string | null = null;
  const listeners = new Set<() => void>();
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      if (awaited === null || !err.includes(awaited)) return;
      awaited = null;
      pretended.interrupt();
    },
    terminal,
    columns: 200,
    env: { SIMBAL_HOME: home },
    folder: home,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    now: () => 0,
    launch: launch ?? nodeWorkers(fakeWorker, [behaviour, String(stepTime)]),
  };
  const pretended: PretendedIo = {
    async run(...args) {
      [out, err] = ['', ''];
      const code = await runCli(args, io);
      return { code, out: masked(out, home), err: masked(err, home) };
    },
    interrupt: () => {
      for (const listener of [...listeners]) listener();
    },
    interruptAt(text) {
      awaited = text;
    },
    err: () => err,
  };
  return pretended;
}

/** Without what differs from one run of the test to the next: ids, times, the home. */
function masked(text: string, home: string): string {
  return text
    .replaceAll(pathToFileURL(home).href, 'file://HOME')
    .replaceAll(home, 'HOME')
    .replace(/\b(?=\w*[a-z])(?=\w*\d)[0-9a-hjkmnp-tv-z]{9}\b/g, 'ID')
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d\.\d{3}Z)?/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY');
}
