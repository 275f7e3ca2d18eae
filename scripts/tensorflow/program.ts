// Runs the programs that the set-up needs, and says in a sentence why one did not do its work.
import { spawn } from 'node:child_process';
import { LabError } from '../../src/shared/errors.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Resolves however it ends; null where there is no such program. It is ended with `signal`, and with it what it started itself. */
export function attempt(
  command: string,
  args: readonly string[],
  { signal, env }: { signal?: AbortSignal | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended | null> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    // A group of its own, which can be ended whole: a compiler is several processes.
    const grouped = process.platform !== 'win32';
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: env ?? process.env,
      detached: grouped,
    });
    const end = () => {
      try {
        if (grouped && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    signal?.addEventListener('abort', end, { once: true });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(null) : reject(error)));
    child.on('close', (code) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code, stdout, stderr });
    });
  });
}

/** The last line that says anything. */
export const lastWords = ({ stdout, stderr }: Ended): string =>
  `${stdout}\n${stderr}`.trim().split('\n').at(-1)?.trim() ?? '';

/** Ends as a sentence does. */
export const sentence = (words: string): string => `${words.replace(/[.\s]+$/, '')}.`;

/** What it printed. @throws LabError with `failure` and its last words where it failed. */
export async function run(
  command: string,
  args: readonly string[],
  { failure, remedy, signal }: { failure: string; remedy: string; signal?: AbortSignal | undefined },
): Promise<string> {
  const ended = await attempt(command, args, { signal });
  if (ended?.code === 0) return ended.stdout;
  const why = ended ? lastWords(ended) || `it ended with code ${ended.code}` : `there is no program ${command}`;
  throw new LabError('engine', `${failure}: ${sentence(why)}`, { remedy });
}
