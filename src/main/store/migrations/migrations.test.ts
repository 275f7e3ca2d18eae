// A file of every earlier version, filled, opens as a lab of the newest with everything in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { openStore, openStoreReadOnly } from '../index.ts';
import { failure, sampleEvaluation, sampleRun, temporaryHome } from '../sample-data.ts';
import { makeFilledFile } from './filled-file.testing.ts';
import { type Migration, migrations } from './index.ts';

let home: string;
let file: string;
let remove: () => void;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  file = join(home, 'lab.sqlite');
});

afterEach(() => remove());

const makeFile = (version: number) => makeFilledFile(file, version);

test.each(migrations.map((_, index) => index + 1))('a filled file of version %i keeps everything', (version) => {
  makeFile(version);
  const store = openStore(home);
  const [run] = store.runs.list();
  expect(store.experiments.list()).toMatchObject([{ id: '1aaaaaaaa', name: 'old experiment', note: 'kept' }]);
  expect(run).toMatchObject({
    id: '1bbbbbbbb',
    name: 'old run',
    seedGroup: 'g',
    status: 'completed',
    corpusHash: 'd4',
  });
  expect(store.segments.list(run!.id)).toMatchObject([{ fromStep: 0, lastStep: 2, outcome: 'completed', endStep: 2 }]);
  expect(store.metrics.series(run!.id, 'loss')).toEqual({
    kind: 'points',
    points: [
      { step: 1, value: 9.5 },
      { step: 2, value: Number.NaN },
    ],
  });
  expect(store.metrics.series(run!.id, 'loss', { resolution: 1 })).toMatchObject({
    kind: 'buckets',
    buckets: [{ count: 2, notFinite: 1 }],
  });
  const { routing, similarity, ...scalars } = sampleEvaluation(2);
  expect(store.evaluations.list(run!.id).map(({ evaluation }) => evaluation)).toEqual([
    { ...scalars, routing: null, similarity: null, domains: {} },
  ]);
  expect(store.checkpoints.list(run!.id)).toMatchObject([{ step: 2, hashes: { 'model.safetensors': 'e5' }, bytes: 7 }]);
  expect(store.events.list(run!.id)).toMatchObject([{ kind: 'note', data: { x: 1 } }]);
  expect(store.corpora.list()).toMatchObject([{ description: { name: 'old corpus' }, sources: [] }]);
  expect(store.studies.list()).toMatchObject(
    version < 3
      ? []
      : [{ id: '1cccccccc', run: run!.id, request: { kind: 'geometry', steps: [2] }, done: 1, total: 1 }],
  );
  if (version >= 3) {
    expect(store.studies.parts('1cccccccc')).toEqual([
      { key: 'step 2', result: expect.objectContaining({ loss: 3.5, counts: new Float64Array([1, 2]) }) },
    ]);
  }
  expect(store.importedCurves.list()).toMatchObject(
    version < 4 ? [] : [{ id: '1dddddddd', name: 'old curve', x: 'step', tokensPerStep: 512, points: 2 }],
  );
  if (version >= 4) {
    expect(store.importedCurves.points('1dddddddd')).toEqual({
      x: new Float64Array([1, 2]),
      values: new Float64Array([2, 1]),
    });
    expect(store.foreign.find('run', 'f00')).toBe(run!.id);
  }
  expect(sampleRun(store).id > run!.id).toBe(true);
  store.close();
});

const wider: Migration = (connection) =>
  connection.exec("ALTER TABLE run ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'");
const broken: Migration = (connection) => {
  wider(connection);
  connection.exec('INSERT INTO nowhere VALUES (1)');
};

test('a later version is reached by its migration alone, and then refused by the lab before it', () => {
  makeFile(migrations.length);
  const next = [...migrations, wider];
  openStore(home, { migrations: next }).close();
  const after = readFileSync(file);
  const reader = new Connection(file, { mode: 'read', busyTimeout: 0 });
  expect(reader.all('SELECT name, colour FROM run')).toEqual([{ name: 'old run', colour: 'blue' }]);
  reader.close();
  for (const open of [openStore, openStoreReadOnly]) {
    expect(failure(() => open(home))).toMatchObject({
      code: 'store',
      value: String(next.length),
      remedy: 'Open it with a newer lab.',
    });
  }
  expect(readFileSync(file).equals(after)).toBe(true);
});

test('a migration that fails leaves the file at the version before it', () => {
  makeFile(migrations.length);
  expect(failure(() => openStore(home, { migrations: [...migrations, broken] }))).toMatchObject({
    code: 'store',
    field: file,
  });
  const store = openStore(home);
  expect(store.runs.list()).toHaveLength(1);
  store.close();
});
