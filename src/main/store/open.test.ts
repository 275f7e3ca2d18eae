// Whatever lies where a lab should lie: named, refused, and left byte for byte as it was.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import { Connection } from './connection.ts';
import { isTemporary, openStore, openStoreReadOnly } from './index.ts';
import { openForWriting } from './open.ts';
import { failure, sampleEvaluation, sampleRun, sampleSegment, sampleStep, temporaryHome } from './sample-data.ts';
import { storeOver } from './store.ts';

let home: string;
let file: string;
let remove: () => void;
/** The bytes of a filled lab that was closed in order. */
let filled: Buffer;

beforeAll(() => {
  const temporary = temporaryHome();
  const store = openStore(temporary.home);
  for (let runs = 0; runs < 3; runs++) {
    const segment = sampleSegment(store, sampleRun(store, `run ${runs}`).id);
    store.metrics.append(
      segment,
      Array.from({ length: 300 }, (_, index) => sampleStep(index + 1)),
    );
    store.evaluations.add(segment, sampleEvaluation(300));
  }
  store.close();
  filled = readFileSync(store.paths.file);
  temporary.remove();
});

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  file = join(home, 'lab.sqlite');
});

afterEach(() => remove());
afterAll(() => expect(filled.length).toBeGreaterThan(100_000));

function changed(pragma: string): Buffer {
  const copy = join(home, 'copy.sqlite');
  writeFileSync(copy, filled);
  const connection = new Connection(copy, { mode: 'write', busyTimeout: 0 });
  connection.exec(pragma);
  connection.close();
  const bytes = readFileSync(copy);
  rmSync(copy);
  return bytes;
}

const flipped = (offset: number) => {
  const bytes = Buffer.from(filled);
  bytes[offset]! ^= 0xff;
  return bytes;
};

const foreign: [what: string, bytes: () => Buffer, message: RegExp][] = [
  ['zero bytes', () => Buffer.alloc(0), /is empty/],
  ['a text', () => Buffer.from('my notes\n'.repeat(1000)), /not an SQLite database/],
  ['another application_id', () => changed('PRAGMA application_id = 7'), /of another program \(application_id 7\)/],
  ['no application_id', () => changed('PRAGMA application_id = 0'), /of another program/],
  ['a newer version', () => changed('PRAGMA user_version = 999'), /is of version 999; this lab knows versions up to/],
  ['version 0', () => changed('PRAGMA user_version = 0'), /its version is not one of a lab/],
  ['a missing table', () => changed('DROP TABLE event'), /has other tables/],
  ['a trigger', () => changed('CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM run; END'), /has other tables/],
  ['a file cut in half', () => filled.subarray(0, filled.length / 2), /is damaged/],
  ['a file short of one byte', () => filled.subarray(0, filled.length - 1), /is cut short/],
  ['a file of one page', () => filled.subarray(0, 4096), /is damaged/],
  ['a file of a hundred bytes', () => filled.subarray(0, 100), /is damaged|not an SQLite database/],
  ['a flipped signature', () => flipped(0), /not an SQLite database/],
  ['a flipped page size', () => flipped(16), /is damaged|not an SQLite database/],
  ['a flipped schema page', () => flipped(100), /is damaged/],
  ['a flipped inner page', () => flipped(4096 * 8), /is damaged/],
];

test.each(foreign)('%s', (_, bytes, message) => {
  writeFileSync(file, bytes());
  for (const open of [openStore, openStoreReadOnly]) {
    expect(failure(() => open(home))).toMatchObject({
      name: 'LabError',
      code: 'store',
      field: file,
      message: expect.stringMatching(message),
      remedy: expect.any(String),
    });
    expect(readFileSync(file).equals(bytes())).toBe(true);
  }
});

test('any flipped byte is refused with the file untouched, or read without losing a run', () => {
  fc.assert(
    fc.property(fc.nat(filled.length - 1), fc.integer({ min: 1, max: 255 }), (offset, mask) => {
      const bytes = Buffer.from(filled);
      bytes[offset]! ^= mask;
      writeFileSync(file, bytes);
      let count: number | undefined;
      try {
        const store = openStoreReadOnly(home);
        count = store.runs.list().length;
        for (const { id } of store.runs.list())
          for (const name of store.metrics.names(id)) store.metrics.series(id, name);
        store.close();
      } catch (error) {
        expect(error).toBeInstanceOf(LabError);
        expect(LabError.from(error).code).toMatch(/^(store|not-found)$/);
      }
      expect(count ?? 3).toBe(3);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a folder, a pipe, a link to nothing in its place', () => {
  mkdirSync(file);
  expect(failure(() => openStore(home))).toMatchObject({ code: 'store', value: 'a folder' });
  rmSync(file, { recursive: true });
  execFileSync('mkfifo', [file]);
  expect(failure(() => openStore(home))).toMatchObject({ code: 'store', value: 'a device or pipe' });
  rmSync(file);
  symlinkSync(join(home, 'nowhere'), file);
  expect(failure(() => openStore(home))).toMatchObject({ code: 'store', field: file, value: 'ENOENT' });
  expect(existsSync(join(home, 'nowhere'))).toBe(false);
});

test("a log without its database and another program's journal are refused", () => {
  writeFileSync(`${file}-wal`, 'pages');
  expect(failure(() => openStore(home))).toMatchObject({
    code: 'store',
    message: expect.stringMatching(/is missing while its log/),
  });
  rmSync(`${file}-wal`);
  writeFileSync(file, filled);
  writeFileSync(`${file}-journal`, 'pages');
  expect(failure(() => openStore(home))).toMatchObject({ code: 'store', field: `${file}-journal` });
  expect(readFileSync(file).equals(filled)).toBe(true);
});

test('a home that cannot be one', () => {
  const taken = join(home, 'taken');
  writeFileSync(taken, 'text');
  for (const bad of [taken, join(taken, 'inner'), `${home}/\0`, join(home, 'x'.repeat(5000))]) {
    expect(failure(() => openStore(bad))).toMatchObject({
      name: 'LabError',
      code: 'store',
      remedy: expect.any(String),
    });
  }
  expect(readFileSync(taken, 'utf8')).toBe('text');
});

test('a damaged lock is named with what to do', () => {
  writeFileSync(join(home, 'lab.lock'), 'not a lock'.repeat(1000));
  expect(failure(() => openStore(home))).toMatchObject({ code: 'store', remedy: expect.stringContaining('delete') });
  expect(existsSync(file)).toBe(false);
});

test('reading needs a lab, and writes nothing', () => {
  expect(failure(() => openStoreReadOnly(home))).toMatchObject({
    code: 'store',
    message: expect.stringContaining('there is no lab'),
  });
  expect(existsSync(file)).toBe(false);
  const store = openStore(home);
  const reader = openStoreReadOnly(home);
  const writing = reader.runs as typeof store.runs;
  const run = sampleRun(store);
  expect(reader.runs.get(run.id)).toEqual(run);
  expect(failure(() => writing.rename(run.id, 'x'))).toMatchObject({ code: 'store', value: 'SQLITE_READONLY' });
  reader.close();
  store.close();
});

test('what an interrupted creation left behind is no hindrance', () => {
  writeFileSync(`${file}.new`, 'half');
  openStore(home).close();
  expect(existsSync(`${file}.new`)).toBe(false);
});

test("another program's lock is a fault that passes: nothing is written, and the same call succeeds later", () => {
  const store = openStore(home, { busyTimeout: 20 });
  const run = sampleRun(store).id;
  const segment = sampleSegment(store, run);
  const other = new Connection(file, { mode: 'write', busyTimeout: 0 });
  other.exec('BEGIN IMMEDIATE');
  const error = failure(() => store.metrics.append(segment, [sampleStep(1)]));
  expect(error).toMatchObject({ code: 'store', message: expect.stringContaining(file) });
  expect(isTemporary(error)).toBe(true);
  expect(store.metrics.last(run)).toBeNull();
  other.close();
  store.metrics.append(segment, [sampleStep(1)]);
  expect(store.metrics.last(run)?.step).toBe(1);
  store.close();
});

test("a lab that was killed is put right also while another program's lock passes, and waits as little as before after that", async () => {
  const store = openStore(home, { busyTimeout: 0 });
  const run = sampleRun(store).id;
  store.runs.setStatus(run, 'running');
  const other = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const other = new (require('better-sqlite3'))(workerData);
    other.exec('BEGIN IMMEDIATE');
    parentPort.postMessage('locked');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    other.close();`,
    { eval: true, workerData: file },
  );
  await once(other, 'message');
  expect(store.recover()).toMatchObject([{ run }]);
  await once(other, 'exit');
  const lasting = new Connection(file, { mode: 'write', busyTimeout: 0 });
  lasting.exec('BEGIN IMMEDIATE');
  expect(isTemporary(failure(() => store.runs.setStatus(run, 'queued')))).toBe(true);
  lasting.close();
  store.close();
});

test('a full disk is a fault that passes: the batch is missing whole, and fits when there is room', () => {
  openStore(home).close();
  const connection = openForWriting(file, 0);
  const store = storeOver(connection, openStoreReadOnly(home).paths, () => {});
  const run = sampleRun(store).id;
  const segment = sampleSegment(store, run);
  store.metrics.append(segment, [sampleStep(1)]);
  const pages = connection.pragma('page_count') as number;
  connection.pragma(`max_page_count = ${pages + 2}`);
  const batch = Array.from({ length: 2000 }, (_, index) => sampleStep(index + 2));
  const error = failure(() => store.metrics.append(segment, batch));
  expect(error).toMatchObject({ code: 'store', value: 'SQLITE_FULL' });
  expect(isTemporary(error)).toBe(true);
  expect(store.metrics.last(run)?.step).toBe(1);
  connection.pragma('max_page_count = 1000000');
  store.metrics.append(segment, batch);
  expect(store.metrics.last(run)?.step).toBe(2001);
  store.close();
});

test('run state is written through to the disk, in a log, with references checked', () => {
  openStore(home).close();
  const connection = openForWriting(file, 0);
  const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema'].map((name) =>
    connection.pragma(name),
  );
  expect(settings).toEqual(['wal', 2, 1, 0]);
  connection.close();
});
