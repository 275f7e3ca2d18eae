// Carries out the set-up of the TensorFlow engine, a program of its own: it fetches, compiles and tries, and leaves nothing behind
// where it fails or is stopped. What it does is its own business (docs/tensorflow.md); here it is started, heard and stopped.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/errors.ts';
import { LastLines, lastWordsText } from './last-lines.ts';

export interface SetUpProgram {
  /** A Node that runs TypeScript. */
  node: string;
  file: string;
}

export interface SetUpProgress {
  phase: string;
  message: string;
}

/** The checkout that this file or its bundle lies in; null in a lab that was packaged without one. */
export function setUpProgram(here = dirname(fileURLToPath(import.meta.url))): SetUpProgram | null {
  for (const root of [join(here, '..', '..'), join(here, '..', '..', '..')]) {
    const file = join(root, 'scripts', 'setup-tensorflow.ts');
    const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(file) && existsSync(pinned)) return { node: pinned, file };
  }
  return null;
}

export interface SetUpOptions {
  program?: SetUpProgram | null;
  args: readonly string[];
  onProgress?(progress: SetUpProgress): void;
  /** Stops it in order: it takes away what it made so far. */
  signal?: AbortSignal | undefined;
}

/**
 * @returns what was done, in plain words
 * @throws LabError 'engine' with what kept it from being done
 */
export async function runSetUp({ program = setUpProgram(), args, onProgress, signal }: SetUpOptions): Promise<string> {
  if (program === null) {
    throw new LabError('engine', 'This lab was packaged without the program that sets TensorFlow up.', {
      field: 'engine.kind',
      value: 'tensorflow',
      remedy:
        'Run "npm run setup:tensorflow" in a checkout of SimBal Lab on this machine: every lab of this user finds what it makes.',
    });
  }
  // Its input is never written to: it ends with this process, however that ends, and the set-up with it.
  const child = spawn(program.node, [program.file, '--json', '--with-input', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  const end = () => void child.kill('SIGTERM');
  process.once('exit', end);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  const lastWords = new LastLines();
  child.stderr.setEncoding('utf8').on('data', (text: string) => lastWords.push(text));
  child.on('error', ({ message }) => lastWords.push(`${message}\n`));
  let last: SetUpProgress | null = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const progress = parsed(line);
    if (!progress) return;
    last = progress;
    if (progress.phase !== 'done' && progress.phase !== 'failed') onProgress?.(progress);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  process.off('exit', end);
  signal?.removeEventListener('abort', end);
  return outcome(code, last, lastWords.toString());
}

function outcome(code: number | null, last: SetUpProgress | null, lastWords: string): string {
  if (code === 0 && last?.phase === 'done') return last.message;
  if (last?.phase === 'failed') throw new LabError('engine', last.message);
  const how = code === null ? 'was ended' : `ended with code ${code}`;
  throw new LabError('engine', `The set-up of TensorFlow ${how} without a result.${lastWordsText(lastWords)}`, {
    remedy: 'Try again, or run "npm run setup:tensorflow" in a terminal to see more.',
  });
}

/** Other lines, of programs that it starts, say nothing of its progress. */
function parsed(line: string): SetUpProgress | null {
  try {
    const { phase, message } = JSON.parse(line) as Partial<SetUpProgress>;
    return typeof phase === 'string' && typeof message === 'string' ? { phase, message } : null;
  } catch {
    return null;
  }
}
