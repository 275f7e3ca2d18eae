// Loaded before a lab or a worker (node --import), where KILL_AT names a call: kills the process right before or after it, which
// knows nothing of it. Only once: KILL_MARK, a file, is there from then on. By another signal where KILL_SIGNAL names one.
import { existsSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { KillPoint } from './kill-points.ts';

type Call = (...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const { KILL_AT, KILL_MARK = '', KILL_SIGNAL = 'SIGKILL' } = process.env;
const role = process.send ? 'worker' : 'lab';
const parent = process.ppid;
const point: KillPoint | null = KILL_AT && !existsSync(KILL_MARK) ? JSON.parse(KILL_AT) : null;
if (isMainThread && point?.role === role) {
  if (point.role === 'worker') await watchCheckpoints(point);
  else if (point.call === 'commit') watchTransactions(point);
  else watchScripts(point);
}

function die(kill: KillPoint): void {
  writeFileSync(KILL_MARK, '');
  // Where the lab has ended already, its place as the parent is another's.
  if (kill.role === 'worker' && kill.lab && process.ppid === parent) process.kill(parent, 'SIGKILL');
  process.kill(process.pid, KILL_SIGNAL);
}

async function watchCheckpoints(kill: Extract<KillPoint, { role: 'worker' }>): Promise<void> {
  const files = promises as unknown as Calls;
  const handle = await promises.open(import.meta.filename);
  const handles = Object.getPrototypeOf(handle) as Calls;
  await handle.close();
  let checkpoint = 0;
  let count = 0;
  for (const [calls, name] of [
    [files, 'mkdir'],
    [files, 'open'],
    [files, 'rename'],
    [files, 'rm'],
    [handles, 'write'],
    [handles, 'sync'],
  ] as const) {
    const call = calls[name]!;
    calls[name] = async function (this: unknown, ...args: unknown[]) {
      // A checkpoint begins where its unfinished folder is made.
      if (name === 'mkdir' && String(args[0]).endsWith('.partial')) checkpoint += 1;
      const isMeant = name === kill.call && checkpoint === kill.checkpoint && ++count === kill.nth;
      if (isMeant && kill.when === 'before') die(kill);
      try {
        return await call.apply(this, args);
      } finally {
        if (isMeant) die(kill);
      }
    };
  }
  syncBuiltinESMExports();
}

function watchTransactions(kill: KillPoint): void {
  const { prototype } = createRequire(import.meta.url)('better-sqlite3') as { prototype: Calls };
  const { transaction } = prototype;
  let count = 0;
  prototype.transaction = function (this: { inTransaction: boolean; memory: boolean }, work: unknown) {
    let isMeant = false;
    const made = transaction!.call(this, () => {
      const result = (work as Call)();
      if (isMeant && kill.when === 'before') die(kill);
      return result;
    }) as Calls;
    const immediate = () => {
      isMeant = !this.inTransaction && !this.memory && ++count === kill.nth;
      const result = made.immediate!();
      if (isMeant) die(kill);
      return result;
    };
    return { immediate };
  } as Call;
}

/** What is given to a database as text to carry out, as migrations do; not to one in memory. */
function watchScripts(kill: KillPoint): void {
  const { prototype } = createRequire(import.meta.url)('better-sqlite3') as { prototype: Calls };
  let count = 0;
  for (const name of ['exec', 'pragma'] as const) {
    const call = prototype[name]!;
    prototype[name] = function (this: { memory: boolean }, ...args: unknown[]) {
      const isMeant = !this.memory && ++count === kill.nth;
      if (isMeant && kill.when === 'before') die(kill);
      const result = call.apply(this, args);
      if (isMeant) die(kill);
      return result;
    } as Call;
  }
}
