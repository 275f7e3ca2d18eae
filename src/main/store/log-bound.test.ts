// The write-ahead log beside readers of other programs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connection } from './connection.ts';
import { boundLog } from './log-bound.ts';
import { openForWriting } from './open.ts';
import { temporaryHome } from './sample-data.ts';

const longest = 2 ** 20;
let file: string;
let remove: () => void;
let connection: Connection;

beforeEach(() => {
  const place = temporaryHome();
  ({ remove } = place);
  file = join(place.home, 'log.sqlite');
  connection = openForWriting(file, 10_000, longest);
  connection.exec('CREATE TABLE t (x)');
});
afterEach(() => {
  connection.close();
  remove();
});

const log = () => statSync(`${file}-wal`).size;

/** @returns the longest that the log was */
function write(bytes: number): number {
  let most = 0;
  for (let written = 0; written < bytes; written += 2 ** 16) {
    connection.transaction(() => connection.run('INSERT INTO t VALUES (randomblob(@size))', { size: 2 ** 16 }));
    most = Math.max(most, log());
  }
  return most;
}

/** Another program, one of whose readers always reads, none for long. */
async function overlappingReaders(): Promise<ChildProcess> {
  const code = `
    const Database = require('better-sqlite3');
    const begin = () => {
      const reader = new Database(process.argv[1], { readonly: true });
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM t').get();
      return reader;
    };
    let last = begin();
    process.stdout.write('reads');
    setInterval(() => {
      const next = begin();
      last.close();
      last = next;
    }, 10);`;
  const child = spawn(process.execPath, ['-e', code, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

test('it stays short beside readers that overlap, none of which stays', async () => {
  const readers = await overlappingReaders();
  try {
    expect(write(16 * longest)).toBeLessThan(8 * longest);
  } finally {
    readers.kill('SIGKILL');
    await once(readers, 'close');
  }
});

test('it grows while one reader stays, which reads on undisturbed, and is short again after it', () => {
  connection.pragma('busy_timeout = 20');
  write(2 ** 18);
  const reader = new Database(file, { readonly: true });
  reader.exec('BEGIN');
  const read = () => reader.prepare('SELECT count(*) AS count FROM t').get();
  const before = read();
  expect(write(8 * longest)).toBeGreaterThan(8 * longest);
  expect(read()).toEqual(before);
  reader.close();
  write(2 * longest);
  expect(log()).toBeLessThan(3 * longest);
});

test('a log that cannot be looked at is no fault of the commit', () => {
  // Longer than any name may be.
  const unseen = { file: 'x'.repeat(5000) } as Connection;
  expect(boundLog(unseen, longest)).not.toThrow();
});
