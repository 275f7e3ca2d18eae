// A home of which single rows are damaged: what is not damaged is listed, compared and reported as ever, and what is says so.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fuzzing } from '../../../test/fuzzing.ts';
import { LabError } from '../../shared/errors.ts';
import { reportRequestSchema } from '../../shared/report.ts';
import { fill, randomExperiments } from '../lab/imports/random-store.testing.ts';
import { compare } from '../lab/index.ts';
import { openPretended, temporaryHome } from '../lab/pretended-lab.testing.ts';
import { makeReport } from '../lab/report/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { Summaries } from './summaries.ts';

let original: ReturnType<typeof temporaryHome>;
let place: ReturnType<typeof temporaryHome>;
let runs: string[];

beforeAll(() => {
  original = temporaryHome();
  const store = openStore(original.home);
  const [experiments] = fc.sample(randomExperiments, { seed: 5, numRuns: 1 });
  const plain = experiments![0]!.runs[0]!;
  const one = { ...plain, name: 'one', fork: false, checkpoint: new Uint8Array(9), study: true, status: 'running' };
  const steps = [{ gap: 1, fields: [1, 1, 1, 1, 1, 1, 1], terms: {} }] as never;
  const evaluations = [{ values: [1, 2, 3, 4, 5, 6, 7, 8], measured: true, domain: 'd' }];
  const events = [{ kind: 'note', message: 'noted', data: { x: 1 } }];
  const whole = { ...one, segments: [steps], evaluations, events };
  runs = fill(store, [
    { name: 'e', note: '', runs: [whole, { ...whole, name: 'two' }, { ...whole, name: 'three' }] },
  ] as never);
  store.close();
  return () => original.remove();
});
beforeEach(() => {
  place = temporaryHome();
  cpSync(original.home, place.home, { recursive: true });
});
afterEach(() => place.remove());

function change(sql: string, ...parameters: unknown[]): void {
  const database = new Database(join(place.home, 'lab.sqlite'));
  database.prepare(sql).run(...parameters);
  database.close();
}

const report = (store: Store, ids: string[]) =>
  makeReport(store, reportRequestSchema.parse({ runs: ids }), { made: new Date(), command: (rest) => rest }).report;

/** Columns whose text or bytes mean something, with the rows of one run. */
const places: [what: string, sql: string][] = [
  ['configuration', 'UPDATE run SET configuration = ? WHERE id = ?'],
  ['tags', 'UPDATE run SET tags = ? WHERE id = ?'],
  ['start', 'UPDATE segment SET start = ? WHERE run = ?'],
  ['domains', 'UPDATE evaluation SET domains = ? WHERE segment IN (SELECT id FROM segment WHERE run = ?)'],
  ['routing', 'UPDATE evaluation SET routing = ? WHERE segment IN (SELECT id FROM segment WHERE run = ?)'],
  ['counts', 'UPDATE evaluation SET counts = CAST(? AS BLOB) WHERE segment IN (SELECT id FROM segment WHERE run = ?)'],
  ['pairs', 'UPDATE evaluation SET pairs = CAST(? AS BLOB) WHERE segment IN (SELECT id FROM segment WHERE run = ?)'],
  ['hashes', 'UPDATE checkpoint SET hashes = ? WHERE run = ?'],
  ['data', 'UPDATE event SET data = ? WHERE run = ?'],
  ['request', 'UPDATE study SET request = ? WHERE run = ?'],
  ['provenance', 'UPDATE study SET provenance = ? WHERE run = ?'],
  ['part', 'UPDATE study_part SET result = CAST(? AS BLOB) WHERE study IN (SELECT id FROM study WHERE run = ?)'],
];
const rubbish = fc.oneof(
  fc.constantFrom('', '{', 'null', '[]', '{}', '5', '"x"', '[null]', '{"model":{}}', '\u0000', '{"$number":"NaN"}'),
  fc.string(),
);

test('whatever stands in one row of a run, the lab opens, and the others are listed, compared and reported', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), rubbish, async ([what, sql], text) => {
      place.remove();
      cpSync(original.home, place.home, { recursive: true });
      change(sql, text, runs[0]);
      const { lab } = openPretended(place.home);
      const store = lab.store as Store;
      try {
        const list = new Summaries(store).list();
        expect(list.map(({ id }) => id)).toEqual(runs);
        const [broken, ...others] = list;
        expect(others.every(({ damage, step }) => damage === undefined && step === 1)).toBe(true);
        if (['configuration', 'counts', 'pairs'].includes(what)) expect(broken!.message).toMatch(/damaged/);
        const comparison = compare(store, runs, { resolution: 10 });
        expect(comparison.runs.map(({ id }) => id)).toEqual(expect.arrayContaining(runs.slice(1)));
        expect(comparison.runs.length + (comparison.leftOut?.length ?? 0)).toBe(runs.length);
        expect(JSON.stringify(report(store, runs))).toContain('three');
        expect(store.studies.list().length).toBeGreaterThanOrEqual(2);
        for (const { id, done } of store.studies.list()) {
          expect(store.studies.parts(id).length + store.studies.damagedParts(id).length).toBe(done);
        }
        if (what === 'part') {
          const study = store.studies.list({ runs: [runs[0]!] })[0]!;
          expect(store.studies.damagedParts(study.id)[0]).toMatch(/is damaged/);
        }
      } finally {
        await lab.close();
      }
    }),
    { ...fuzzing(24), examples: places.map((place) => [place, '{'] as never) },
  );
});

test('a run whose configuration is damaged is not started, continued or forked; one that is left alone says so', async () => {
  change('UPDATE run SET configuration = ? WHERE id = ?', '{"model":', runs[0]);
  const { lab } = openPretended(place.home);
  expect(lab.store.runs.get(runs[0]!).message).toMatch(/The stored configuration of this run is damaged/);
  expect(() => lab.continueTo(runs[0]!, 500)).toThrow(LabError);
  expect(() => compare(lab.store, [runs[0]!])).toThrow(/is left out/);
  lab.start(runs[0]!);
  const ended = await lab.ended(runs[0]!);
  expect(ended.status).not.toBe('completed');
  expect(lab.store.metrics.last(runs[0]!)?.step).toBe(1);
  await lab.close();
});

test('a corpus, an experiment, a curve that are damaged take nothing else away', async () => {
  change("UPDATE experiment SET tags = 'x'");
  change("UPDATE corpus SET description = '{'");
  const { lab } = openPretended(place.home);
  expect(lab.store.experiments.list()).toMatchObject([{ name: 'e', tags: [] }]);
  expect(lab.store.corpora.list()).toEqual([]);
  expect(() => lab.store.corpora.get('d4')).toThrow(/is damaged/);
  expect(new Summaries(lab.store).list()).toHaveLength(3);
  await lab.close();
});
