// Homes of earlier versions whose migration is killed at every one of its calls: each opens afterwards, at a version that is whole,
// with every row.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeFilledFile } from '../../src/main/store/migrations/filled-file.testing.ts';
import { migrations } from '../../src/main/store/migrations/index.ts';
import { openStore } from '../../src/main/store/open.ts';
import { temporaryFolder } from './example-home.ts';
import type { KillPoint, When } from './kill-points.ts';

/** Calls of the lab's own program (briefly: what is left on the disk after one is what there is before the next), or of the system where `strace` is there to kill at them. */
export type Layer = 'program' | 'briefly' | 'system';

export interface MigrationKills {
  /** How often the migration was killed at a call of each kind. */
  kills: Record<string, number>;
  /** Versions that a file was found at after a kill: always whole ones. */
  found: number[];
}

const programCalls = [
  { call: 'statement', when: 'before' },
  { call: 'commit', when: 'after' },
  { call: 'statement', when: 'after' },
  { call: 'commit', when: 'before' },
] as const;
/** Those that change what lies on a disk. A process is killed before they are done. */
const systemCalls = ['pwrite64', 'fdatasync', 'fsync', 'ftruncate', 'unlink', 'openat'];

/** @throws Error at the first thing that does not hold */
export async function killMigrations(version: number, layer: Layer): Promise<MigrationKills> {
  const { folder, remove } = temporaryFolder();
  try {
    const old = join(folder, 'old');
    mkdirSync(old);
    makeFilledFile(join(old, 'lab.sqlite'), version);
    const straight = join(folder, 'straight');
    cpSync(old, straight, { recursive: true });
    openStore(straight).close();
    const expected = contentOf(straight);
    const kills: Record<string, number> = {};
    const found = new Set<number>();
    const each = async (call: string, home: string, start: (nth: number) => Promise<boolean>) => {
      for (let nth = 1; ; nth++) {
        rmSync(home, { recursive: true, force: true });
        cpSync(old, home, { recursive: true });
        const killed = await start(nth);
        const at = `Version ${version}, ${call} ${nth}:`;
        found.add(versionOf(join(home, 'lab.sqlite'), version, at));
        openStore(home).close();
        const content = contentOf(home);
        if (content !== expected) throw new Error(`${at} the content is another.\n${content}\n${expected}`);
        if (!killed) return;
        kills[call] = nth;
      }
    };
    const places =
      layer !== 'system'
        ? programCalls.slice(0, layer === 'briefly' ? 2 : 4).map(({ call, when }) => {
            const home = join(folder, `${when} ${call}`);
            return () => each(`${when} ${call}`, home, (nth) => migrated(home, { call, when, nth }));
          })
        : systemCalls.map((call) => {
            const home = join(folder, call);
            return () => each(call, home, (nth) => traced(home, call, nth));
          });
    // Two at a time.
    const work = async () => {
      for (let next = places.shift(); next; next = places.shift()) await next();
    };
    await Promise.all([work(), work()]);
    return { kills, found: [...found].sort() };
  } finally {
    remove();
  }
}

const script = join(import.meta.dirname, 'migration-process.ts');

/** Whether it was killed; false when it came to its end, as there is no such call. */
async function migrated(home: string, { call, when, nth }: { call: 'commit' | 'statement'; when: When; nth: number }) {
  const point: KillPoint = { role: 'lab', call, when, nth };
  const mark = join(home, 'killed');
  const child = spawn(process.execPath, [`--import=${new URL('kill-at.ts', import.meta.url)}`, script, home], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, KILL_AT: JSON.stringify(point), KILL_MARK: mark },
  });
  return wasKilled(await once(child, 'close'), existsSync(mark));
}

/** Killed on its way into the n-th call of this name that is about the database. */
async function traced(home: string, call: string, nth: number): Promise<boolean> {
  const paths = ['', '-wal', '-shm'].flatMap((suffix) => ['-P', join(home, `lab.sqlite${suffix}`)]);
  const options = ['-f', '-qq', '-o', '/dev/null', ...paths, '-e', `trace=${call}`];
  const inject = ['-e', `inject=${call}:signal=SIGKILL:when=${nth}`];
  const child = spawn('strace', [...options, ...inject, process.execPath, script, home], { stdio: 'ignore' });
  const end = await once(child, 'close');
  return wasKilled(end, end[1] === 'SIGKILL');
}

function wasKilled([code, signal]: unknown[], killed: boolean): boolean {
  if (!killed && code !== 0) throw new Error(`The migration ended with ${code ?? signal} and was not killed.`);
  return killed;
}

/** As the file says, without the lab's own look at it. @throws Error for one that is damaged or of no version on the way */
function versionOf(file: string, from: number, at: string): number {
  const database = new Database(file, { readonly: true });
  try {
    const version = database.pragma('user_version', { simple: true }) as number;
    const check = database.pragma('integrity_check', { simple: true });
    if (check !== 'ok' || version < from || version > migrations.length)
      throw new Error(`${at} it is of version ${version}: ${check}`);
    return version;
  } finally {
    database.close();
  }
}

/** Every row of every table. */
function contentOf(home: string): string {
  const database = new Database(join(home, 'lab.sqlite'), { readonly: true });
  try {
    const names = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as {
      name: string;
      sql: string;
    }[];
    return names.map(({ name, sql }) => `${sql}\n${rowsOf(database, name)}`).join('\n');
  } finally {
    database.close();
  }
}

const rowsOf = (database: Database.Database, table: string): string =>
  (database.prepare(`SELECT * FROM "${table}"`).raw().all() as unknown[][])
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n');
