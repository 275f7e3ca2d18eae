import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pretendedParts } from '../../shared/studies/pretended-parts.testing.ts';
import type { StudyPart, StudyRequest } from '../../shared/studies/study.ts';
import { Connection } from './connection.ts';
import { openStore, type Store } from './index.ts';
import { failure, sampleRun, temporaryHome } from './sample-data.ts';

let home: string;
let remove: () => void;
let store: Store;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  store = openStore(home);
});
afterEach(() => {
  store.close();
  remove();
});

const request = (run: string, step = 10): StudyRequest => ({ kind: 'geometry', run, steps: [step], tokens: 64 });
const newStudy = (run: string, hash: string) => store.studies.create({ run, request: request(run), hash });
const [geometry] = pretendedParts(request('r') as StudyRequest, { layers: 1, experts: 2, active: 1, width: 2 }) as [
  StudyPart,
];
const part = (key: string, value = 1) => ({
  key,
  result: {
    ...(geometry.result as object),
    ...{ gram: new Float64Array([value, Number.NaN, -0, 0]), list: [Number.POSITIVE_INFINITY], none: null },
  },
});

describe('a study', () => {
  it('is kept with its request, found by its hash, and listed newest first', () => {
    const run = sampleRun(store);
    const first = newStudy(run.id, 'a1');
    const second = newStudy(run.id, 'b2');
    expect(first).toMatchObject({
      run: run.id,
      request: request(run.id),
      status: 'queued',
      message: null,
      queuePosition: null,
      provenance: null,
      done: 0,
      total: null,
    });
    expect(store.studies.find('b2')).toEqual(second);
    expect(store.studies.find('c3')).toBeNull();
    expect(store.studies.list().map(({ hash }) => hash)).toEqual(['b2', 'a1']);
    expect(failure(() => newStudy(run.id, 'a1'))).toMatchObject({ code: 'store' });
    expect(failure(() => newStudy('nobody', 'c3'))).toMatchObject({ code: 'not-found', field: 'run' });
  });

  it('is listed by run and status, and hidden with its run', () => {
    const [one, other] = [sampleRun(store), sampleRun(store)];
    const first = newStudy(one.id, 'a1');
    newStudy(other.id, 'b2');
    store.studies.setStatus(first.id, 'failed', 'why');
    const hashes = (filter: Parameters<Store['studies']['list']>[0]) =>
      store.studies.list(filter).map(({ hash }) => hash);
    expect(hashes({ runs: [other.id] })).toEqual(['b2']);
    expect(hashes({ runs: [] })).toEqual([]);
    expect(hashes({ status: ['failed', 'running'] })).toEqual(['a1']);
    store.runs.setRemoved(one.id, true);
    expect(hashes({})).toEqual(['b2']);
    expect(hashes({ removed: true })).toEqual(['b2', 'a1']);
  });

  it('shares its ids with runs', () => {
    const ids = Array.from({ length: 5 }, (_, index) => {
      const run = sampleRun(store);
      return [run.id, newStudy(run.id, String(index)).id];
    }).flat();
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('keeps parts bit for bit, in the order in which they first came', () => {
    const { id } = newStudy(sampleRun(store).id, 'a1');
    expect(store.studies.appendPart(id, part('step 2'))).toMatchObject({ done: 1 });
    store.studies.appendPart(id, part('step 1'));
    expect(store.studies.appendPart(id, part('step 2', 5))).toMatchObject({ done: 2 });
    expect(store.studies.keys(id)).toEqual(['step 2', 'step 1']);
    expect(store.studies.parts(id)).toEqual([part('step 2', 5), part('step 1')]);
    expect(failure(() => store.studies.appendPart('nothing', part('x')))).toMatchObject({ code: 'not-found' });
    expect(failure(() => store.studies.appendPart(id, { key: 'x', result: new BigInt64Array(1) }))).toBeInstanceOf(
      Error,
    );
    expect(store.studies.keys(id)).toHaveLength(2);
  });

  it('says what it runs on, and is removed with its parts', () => {
    const { id } = newStudy(sampleRun(store).id, 'a1');
    const provenance = { engine: 'onnx-cpu', device: 'test', threads: 2, versions: { node: '24' } };
    expect(store.studies.setStarted(id, { provenance, total: 3 })).toMatchObject({ provenance, total: 3 });
    store.studies.appendPart(id, part('step 1'));
    store.studies.remove(id);
    expect(store.studies.list()).toEqual([]);
    expect(failure(() => store.studies.parts(id))).toMatchObject({ code: 'not-found', field: 'study' });
    expect(failure(() => store.studies.setStatus(id, 'queued'))).toMatchObject({ code: 'not-found' });
  });

  it('that nobody runs any more is stopped by recover()', () => {
    const run = sampleRun(store);
    const statuses = ['queued', 'running', 'stopping', 'completed', 'failed'] as const;
    const ids = statuses.map((status) => store.studies.setStatus(newStudy(run.id, status).id, status).id);
    store.recover();
    expect(ids.map((id) => store.studies.get(id).status)).toEqual([
      'queued',
      'stopped',
      'stopped',
      'completed',
      'failed',
    ]);
    expect(store.studies.get(ids[1]!).message).toMatch(/parts that were done are kept/);
  });
});

describe('a store that somebody else wrote', () => {
  const spoil = (sql: string) => {
    const connection = new Connection(join(home, 'lab.sqlite'), { mode: 'write', busyTimeout: 500 });
    connection.exec(sql);
    connection.close();
  };

  it.each(['', '00', 'ffffffff', '08000000', `3c000000${'7b'.repeat(60)}`])(
    'says of the part %j that it is damaged, and reads the others',
    (hex) => {
      const { id } = newStudy(sampleRun(store).id, 'a1');
      store.studies.appendPart(id, part('step 1'));
      store.studies.appendPart(id, part('step 2'));
      spoil(`UPDATE study_part SET result = x'${hex}' WHERE key = 'step 1'`);
      expect(store.studies.parts(id)).toEqual([part('step 2')]);
      expect(store.studies.keys(id)).toEqual(['step 2']);
      expect(store.studies.damagedParts(id)).toEqual([
        `The stored part "step 1" of this study is damaged: its ${hex.length / 2} bytes are no message of a lab.`,
      ]);
      // Measured again, it is whole.
      store.studies.appendPart(id, part('step 1'));
      expect(store.studies.damagedParts(id)).toEqual([]);
    },
  );

  it.each(['{', 'null', '{"kind":"geometry","run":"r","steps":[2,1]}'])('refuses the request %s', (text) => {
    const { id } = newStudy(sampleRun(store).id, 'a1');
    spoil(`UPDATE study SET request = '${text}'`);
    expect(failure(() => store.studies.get(id))).toMatchObject({ code: 'store' });
    const other = newStudy(sampleRun(store).id, 'b2');
    expect(store.studies.list()).toEqual([other]);
  });
});
