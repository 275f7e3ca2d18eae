// The system calls of one checkpoint in their order, seen from outside by strace: node scripts/run.mjs e2e/faults/checkpoint-calls.ts
// A kill loses nothing that the system has been given; a power loss does. What a power loss may take follows from this order.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeHome, makeRun, temporaryFolder } from './example-home.ts';

interface SystemCall {
  name: string;
  text: string;
  /** Lines of the trace at which it began and had returned. */
  began: number;
  returned: number;
}

export interface TracedCheckpoint {
  /** What was done, one line each, equal neighbours told once. */
  lines: string[];
  /** What is not in the order that it must have. */
  faults: string[];
}

const traced = ['-f', '-y', '-qq', '-s', '4200', '-e', 'trace=openat,mkdir,write,pwrite64,fsync,fdatasync,rename'];

/** What keeps these calls from being traced here: tried, not guessed. Null where nothing does. */
export function traceMissing(): string | null {
  const { error, status } = spawnSync('strace', [...traced, '-o', '/dev/null', 'true']);
  if (error) return 'no strace';
  return status === 0 ? null : 'strace may not trace these calls here';
}

/** Trains five steps under strace and looks at the checkpoint of the last. */
export async function traceCheckpoint(): Promise<TracedCheckpoint> {
  const { folder, remove } = temporaryFolder();
  try {
    const home = join(folder, 'home');
    await makeHome(home);
    const run = await makeRun(home, 'traced', 5);
    const file = join(folder, 'trace');
    const { status, stderr } = spawnSync(
      'strace',
      [...traced, '-o', file, process.execPath, join(import.meta.dirname, 'lab-process.ts'), home, run],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    if (status !== 0) throw new Error(`The traced lab ended with ${status}: ${stderr}`);
    return checkpointOf(parse(readFileSync(file, 'latin1')), home, run);
  } finally {
    remove();
  }
}

function parse(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const begun = new Map<string, SystemCall>();
  for (const [index, line] of trace.split('\n').entries()) {
    const [, process, rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (!process) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest);
    if (resumed) {
      const call = begun.get(process);
      begun.delete(process);
      if (call) Object.assign(call, { text: call.text + resumed[1], returned: index });
      continue;
    }
    const name = /^(\w+)\(/.exec(rest)?.[1];
    if (!name) continue;
    const isBegun = rest.endsWith(' <unfinished ...>');
    const call = { name, text: rest.replace(/ <unfinished \.\.\.>$/, ''), began: index, returned: index };
    calls.push(call);
    if (isBegun) begun.set(process, call);
  }
  return calls.filter(({ text }) => !/ = -1 E/.test(text));
}

function checkpointOf(calls: readonly SystemCall[], home: string, run: string): TracedCheckpoint {
  const parent = join(home, 'checkpoints', run);
  const final = join(parent, 'step-00000005');
  const partial = `${final}.partial`;
  const log = join(home, 'lab.sqlite-wal');
  const files = ['model.safetensors', 'optimizer.safetensors', 'state.json'].map((name) => join(partial, name));
  const synced = (path: string) => calls.filter(({ name, text }) => name === 'fsync' && text.includes(`<${path}>`));
  const writes = (path: string) => calls.filter(({ name, text }) => /write/.test(name) && text.includes(`<${path}>`));
  const renamed = calls.find(({ name, text }) => name === 'rename' && text.includes(`"${partial}", "${final}"`));
  const told = writes(log).find(({ text }) => text.includes('step-00000005'));
  const last = (all: readonly SystemCall[]) => all.at(-1);

  const faults: string[] = [];
  const inOrder = (what: string, before: SystemCall | undefined, after: SystemCall | undefined) => {
    if (!before || !after || before.returned >= after.began) faults.push(what);
  };
  inOrder('the name of the folder of checkpoints is on the disk first', synced(join(home, 'checkpoints'))[0], renamed);
  for (const file of files) {
    inOrder(`${file} is flushed after its last write`, last(writes(file)), last(synced(file)));
    inOrder(`${file} is flushed before its folder`, last(synced(file)), synced(partial)[0]);
  }
  inOrder('the folder is flushed before it gets its name', last(synced(partial)), renamed);
  inOrder('the name is flushed after it is given', renamed, last(synced(parent)));
  inOrder('the store is told after all that', last(synced(parent)), told);
  inOrder(
    'what the store was told is flushed',
    told,
    synced(log).find(({ began }) => told && began > told.returned),
  );

  const isOfIt = ({ name, text, began }: SystemCall) =>
    (text.includes(partial) ||
      text.includes(`"${parent}"`) ||
      text.includes(`<${parent}>`) ||
      text.includes(`<${join(home, 'checkpoints')}>`)) &&
    !(name === 'openat' && text.includes('O_RDONLY')) &&
    began <= (told?.began ?? 0);
  const flushed = told && synced(log).find(({ began }) => began > told.returned);
  const shown = [...calls.filter(isOfIt), ...(told ? [told] : []), ...(flushed ? [flushed] : [])];
  const lines = shown.map((call) => lineOf(call).replaceAll(home, '').replaceAll(run, 'RUN'));
  return { lines: lines.filter((line, index) => line !== lines[index - 1]), faults };
}

function lineOf({ name, text }: SystemCall): string {
  const [path = ''] = /(?<=<)\/[^>]+(?=>)/.exec(text.replace(/^openat\(AT_FDCWD<[^>]*>/, '')) ?? [];
  if (name === 'rename') return `rename ${[...text.matchAll(/"([^"]+)"/g)].map(([, each]) => each).join(' ')}`;
  if (name === 'mkdir') return `mkdir ${/"([^"]+)"/.exec(text)?.[1]}`;
  return `${name === 'openat' ? 'open' : name === 'pwrite64' ? 'write' : name} ${path}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { lines, faults } = await traceCheckpoint();
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const fault of faults) process.stdout.write(`Not so: ${fault}.\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
