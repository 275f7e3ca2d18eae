// Stores that somebody made to do harm, or that were damaged on their way: listed or refused with a sentence, in little time, and every
// file beside them as it was.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import type { StoreListing } from '../../shared/inspection.ts';
import { openStore } from './index.ts';
import { listRuns } from './run-store-listing.ts';
import { sampleEvaluation, sampleRun, sampleSegment, sampleStep, temporaryHome } from './sample-data.ts';

let filled: Buffer;
let home: string;
let file: string;
let remove: () => void;
let scratches = 0;

beforeAll(() => {
  const temporary = temporaryHome();
  const store = openStore(temporary.home);
  for (let run = 0; run < 3; run++) {
    const { id } = sampleRun(store, `run ${run}`);
    const segment = sampleSegment(store, id);
    store.metrics.append(
      segment,
      Array.from({ length: 40 }, (_, index) => sampleStep(index + 1)),
    );
    store.evaluations.add(segment, sampleEvaluation(40));
    const folder = join(store.paths.checkpoints, id, 'step-00000040');
    store.checkpoints.add(segment, { step: 40, folder, hashes: { a: 'b' }, bytes: 1 });
  }
  store.close();
  filled = readFileSync(store.paths.file);
  temporary.remove();
});

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  file = join(home, 'theirs', 'lab.sqlite');
  mkdirSync(join(home, 'theirs'));
  writeFileSync(file, filled);
});
afterEach(() => remove());

const state = (folder = join(home, 'theirs')) =>
  readdirSync(folder)
    .sort()
    .map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]);

/** What is listed, or the sentence; and nothing beside it has changed. */
function read(path = join(home, 'theirs')): StoreListing | LabError {
  const scratch = join(home, `scratch-${scratches++}`);
  mkdirSync(scratch);
  const before = state();
  try {
    return listRuns({ path, scratch });
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LabError);
    expect(thrown).toMatchObject({ remedy: expect.any(String) });
    expect((thrown as LabError).code).toMatch(/^(store|not-found)$/);
    expect((thrown as LabError).message).not.toContain(scratch);
    return thrown as LabError;
  } finally {
    expect(state()).toEqual(before);
    rmSync(scratch, { recursive: true });
  }
}

const refused = (pattern: RegExp) => expect(read()).toMatchObject({ message: expect.stringMatching(pattern) });

/** As its own program may change it, whatever a lab thinks of it. */
function change(work: (database: Database.Database) => void): void {
  const database = new Database(file);
  database.unsafeMode(true);
  database.pragma('foreign_keys = OFF');
  work(database);
  database.pragma('journal_mode = DELETE');
  database.close();
}

test('any bytes of it are others', () => {
  const changes = fc.array(fc.tuple(fc.nat(filled.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(filled);
      for (const [at, mask] of list) bytes[at]! ^= mask;
      writeFileSync(file, bytes);
      read();
    }),
    fuzzing(40),
  );
});

test('it ends after any of its pages', () => {
  const pages = filled.length / 4096;
  for (let page = 0; page < pages; page += Math.ceil(pages / 12)) {
    writeFileSync(file, filled.subarray(0, page * 4096));
    refused(/is damaged|is empty|not an SQLite database/);
  }
});

const bomb = 'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT';

test.each([
  ['a view that never ends', `DROP TABLE run; CREATE VIEW run AS ${bomb} x AS id FROM n`],
  ['a view that never ends beside the tables', `CREATE VIEW more AS ${bomb} count(*) FROM n`],
  ['a trigger', 'CREATE TRIGGER t AFTER UPDATE ON run BEGIN DELETE FROM run; END'],
  ['a check that takes as long as it likes', 'CREATE TABLE slow (x CHECK (length(hex(randomblob(x))) > 0))'],
  ['a generated column', "ALTER TABLE run ADD COLUMN g TEXT AS (printf('%.*c', 100000000, 'x'))"],
  ['an index over an expression', 'CREATE INDEX i ON run (length(hex(zeroblob(1000))))'],
  ['a virtual table', 'CREATE VIRTUAL TABLE search USING fts5 (text)'],
  ['a virtual table in the place of one', 'DROP TABLE event; CREATE VIRTUAL TABLE event USING fts5 (run, text)'],
  ['a table that is not strict', 'DROP TABLE event; CREATE TABLE event (id, run, created, step, kind, message, data)'],
])('%s is refused before anything of it is asked', (_, sql) => {
  change((database) => database.exec(sql));
  refused(/has other tables/);
});

test('a name of SQLite hides nothing', () => {
  change((database) => {
    database.exec('CREATE TRIGGER t AFTER UPDATE ON run BEGIN DELETE FROM run; END');
    database.pragma('writable_schema = ON');
    database.exec("UPDATE sqlite_schema SET name = 'sqlite_t' WHERE name = 't'");
  });
  refused(/has other tables|is damaged/);
});

test('a schema that was written over, functions that a schema must not call', () => {
  change((database) => {
    database.pragma('writable_schema = ON');
    database.exec(
      `UPDATE sqlite_schema SET type = 'view', sql = 'CREATE VIEW run AS ${bomb} load_extension(x) FROM n' WHERE name = 'run'`,
    );
  });
  refused(/has other tables|is damaged/);
});

test.each([
  ['application_id = 1', /of another program/],
  ['user_version = 4096', /is of version 4096/],
  ['user_version = -1', /is damaged/],
])('%s', (pragma, pattern) => {
  change((database) => database.pragma(pragma));
  refused(pattern);
});

const values = [
  "'text'",
  "x'ff00fe'",
  "CAST(x'ff00fe' AS TEXT)",
  '9e999',
  '-9e999',
  '9007199254740993',
  '0.5',
  'NULL',
  "''",
  "'{'",
  "'null'",
  "'[1]'",
  "printf('%.*c', 100000, 'x')",
];
const schemaOf = (database: Database.Database, table: string) =>
  database.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table) as string;

function setSchema(database: Database.Database, table: string, sql: string): void {
  database.pragma('writable_schema = ON');
  database.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(sql, table);
}

test('a value of another type in any column of any row', () => {
  const tables = ['experiment', 'run', 'segment', 'checkpoint'];
  const places: [string, string][] = [];
  change((database) => {
    for (const table of tables) {
      const info = database.pragma(`table_info(${table})`) as { name: string; type: string; pk: number }[];
      // A number that is the key of its table is one in any file.
      places.push(
        ...info.flatMap(({ name, type, pk }): [string, string][] => (pk && type === 'INTEGER' ? [] : [[table, name]])),
      );
    }
  });
  const seen = { listed: 0, refused: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.constantFrom(...values), ([table, column], value) => {
      writeFileSync(file, filled);
      let sql = '';
      // That a table is strict, and what is not null, are words in the schema.
      change((database) => {
        sql = schemaOf(database, table);
        setSchema(database, table, sql.replace(/STRICT(, )?/, '').replaceAll(' NOT NULL', ''));
      });
      change((database) => database.exec(`UPDATE OR IGNORE ${table} SET ${column} = ${value}`));
      change((database) => setSchema(database, table, sql));
      const found = read();
      seen[found instanceof LabError ? 'refused' : 'listed'] += 1;
    }),
    fuzzing(30),
  );
  expect(seen.refused).toBeGreaterThan(0);
});

test('more rows than are held at once', () => {
  change((database) =>
    database.exec(`INSERT INTO experiment (id, name, note, created)
      WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x <= 200001) SELECT 'x' || x, '', '', '' FROM n`),
  );
  refused(/holds 20000\d rows of the kind "experiment"/);
});

test('a log beside it is read with it, bytes that are none are passed over, a journal of somebody else is refused', () => {
  const store = openStore(join(home, 'theirs'));
  sampleRun(store, 'in the log');
  cpSync(file, join(home, 'copy'));
  cpSync(`${file}-wal`, join(home, 'copy-wal'));
  store.close();
  for (const name of readdirSync(join(home, 'theirs'))) rmSync(join(home, 'theirs', name), { recursive: true });
  renameSync(join(home, 'copy'), file);
  renameSync(join(home, 'copy-wal'), `${file}-wal`);
  expect(read()).toMatchObject({ runCount: 4 });
  writeFileSync(`${file}-wal`, Buffer.alloc(100_000, 7));
  expect(read()).toMatchObject({ runCount: expect.any(Number) });
  rmSync(`${file}-wal`);
  writeFileSync(`${file}-journal`, Buffer.concat([Buffer.from('d9d505f920a163d7', 'hex'), Buffer.alloc(5000, 1)]));
  refused(/is not of a lab/);
});

test('a link to one is read, a link to itself and to a device are refused', () => {
  const elsewhere = join(home, 'elsewhere.sqlite');
  renameSync(file, elsewhere);
  symlinkSync(elsewhere, file);
  expect(read()).toMatchObject({ runCount: 3 });
  for (const target of [file, '/dev/zero']) {
    rmSync(file);
    symlinkSync(target, file);
    const scratch = join(home, `scratch-${scratches++}`);
    mkdirSync(scratch);
    expect(() => listRuns({ path: file, scratch })).toThrow(LabError);
  }
});
