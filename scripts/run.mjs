// Runs one file on the pinned Node: node scripts/run.mjs FILE [ARGUMENT …]
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';
import { pinnedNode, setUp } from './setup.mjs';

/** Sets up when needed, runs FILE with its arguments, and ends as it ended. */
export function run(args) {
  setUp();
  const child = spawn(pinnedNode, args, { stdio: 'inherit' });
  // A Ctrl-C reaches the child through its terminal; this process only waits for it to end in order.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run(process.argv.slice(2));
