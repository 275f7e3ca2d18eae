import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from './index.ts';
import {
  failure,
  sampleConfiguration,
  sampleCorpus,
  sampleEvaluation,
  sampleRun,
  sampleSegment,
  sampleStart,
  sampleStep,
  temporaryHome,
} from './sample-data.ts';

let store: Store;
let remove: () => void;
let home: string;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  store = openStore(home);
});

afterEach(() => {
  store.close();
  remove();
});

const reopen = () => {
  store.close();
  store = openStore(home);
};

test('a home gets its folders', () => {
  for (const folder of [store.paths.corpora, store.paths.checkpoints, store.paths.reports]) {
    expect(existsSync(folder)).toBe(true);
  }
});

test('experiments and runs are kept, found, listed in order and renamed', () => {
  const experiment = store.experiments.create({ name: 'seeds', note: 'five of them' });
  const create = (name: string) =>
    store.runs.create({
      experiment: experiment.id,
      name,
      configuration: sampleConfiguration,
      corpusHash: 'd4',
      seedGroup: 'g',
    });
  const runs = ['b', 'a', 'c'].map(create);
  store.runs.setStatus(runs[1]!.id, 'failed', 'the loss is not finite');
  store.runs.setQueuePosition(runs[2]!.id, 4);
  store.runs.rename(runs[0]!.id, 'first');
  store.experiments.rename(experiment.id, 'seeds again');
  reopen();
  expect(store.experiments.list()).toEqual([{ ...experiment, name: 'seeds again' }]);
  expect(store.runs.list().map(({ name }) => name)).toEqual(['first', 'a', 'c']);
  expect(store.runs.list().map(({ id }) => id)).toEqual(runs.map(({ id }) => id).sort());
  expect(store.runs.get(runs[1]!.id)).toMatchObject({ status: 'failed', message: 'the loss is not finite' });
  expect(store.runs.get(runs[2]!.id)).toEqual({ ...runs[2], queuePosition: 4 });
  expect(runs[0]).toMatchObject({ configuration: sampleConfiguration, seedGroup: 'g', status: 'queued', parent: null });
  expect(store.runs.list({ status: 'failed' }).map(({ name }) => name)).toEqual(['a']);
  expect(store.runs.list({ status: ['queued', 'failed'], experiment: experiment.id })).toHaveLength(3);
  expect(store.runs.list({ experiment: 'none' })).toEqual([]);
});

test('names are only text', () => {
  const experiment = store.experiments.create({ name: '' });
  const kept = (name: string) => {
    const run = store.runs.create({
      experiment: experiment.id,
      name,
      configuration: sampleConfiguration,
      corpusHash: name,
    });
    store.events.add(run.id, { step: null, kind: name, message: name, data: { [name]: name } });
    store.corpora.add({ ...sampleCorpus, name }, [{ path: name }]);
    expect(store.runs.get(run.id)).toMatchObject({ name, corpusHash: name });
    expect(store.events.list(run.id)).toMatchObject([{ kind: name, message: name, data: { [name]: name } }]);
    expect(store.corpora.get(name)).toMatchObject({ description: { name }, sources: [{ path: name }] });
  };
  for (const name of ['<script>alert(1)</script>', `'"; DROP TABLE run; --`, '\u202Egnp.exe', 'x'.repeat(10_000)])
    kept(name);
  for (const name of ['CON', '..', '=HYPERLINK("x")', 'a\0b', '__proto__', '$number', '😀']) kept(name);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), kept), { numRuns: 50 });
});

test('what is not there, or cannot be, is refused by name', () => {
  const run = sampleRun(store).id;
  for (const work of [
    () => store.runs.get('nothing'),
    () => store.runs.setStatus('nothing', 'running'),
    () => store.runs.create({ experiment: 'x', name: 'x', configuration: sampleConfiguration, corpusHash: '' }),
    () => store.segments.begin('nothing', { fromStep: 0, start: sampleStart }),
    () => store.metrics.append(99, [sampleStep(1)]),
    () => store.metrics.series('nothing', 'loss'),
    () => store.evaluations.get(99),
    () => store.checkpoints.remove(run, 5),
    () => store.events.add('nothing', { step: 1, kind: 'x', message: 'x' }),
    () => store.corpora.get('nothing'),
  ]) {
    expect(failure(work)).toMatchObject({ name: 'LabError', code: 'not-found' });
  }
  const segment = sampleSegment(store, run);
  for (const work of [
    () => store.runs.setStatus(run, 'asleep' as 'paused'),
    () => store.segments.begin(run, { fromStep: 0, start: sampleStart }),
    () => store.segments.end(segment, { outcome: 'gone' as 'paused', step: 1 }),
    () => store.segments.end(segment, { outcome: 'paused', step: 1.5 }),
    () => store.evaluations.add(segment, sampleEvaluation(-1)),
  ]) {
    expect(failure(work)).toMatchObject({ name: 'LabError', code: 'request' });
  }
});

test('an evaluation comes back as it was, with numbers that are not finite', () => {
  const segment = sampleSegment(store, sampleRun(store).id);
  const evaluation = sampleEvaluation(100, Number.POSITIVE_INFINITY);
  const dense = { ...sampleEvaluation(200, Number.NaN), routing: null, similarity: null };
  const rows = [evaluation, dense].map((each) => store.evaluations.add(segment, each));
  reopen();
  expect(rows.map(({ id }) => store.evaluations.get(id).evaluation)).toEqual([evaluation, dense]);
});

test('checkpoints lie where the home lies, also when it has been moved', () => {
  const run = sampleRun(store).id;
  const record = { step: 1, folder: join('/former', 'checkpoints', run, 'step-1'), hashes: {}, bytes: 1 };
  store.checkpoints.add(sampleSegment(store, run), record);
  const folder = join(store.paths.checkpoints, run, 'step-1');
  expect(store.checkpoints.newest(run)!.folder).toBe(folder);
  expect(store.checkpoints.list(run).map((checkpoint) => checkpoint.folder)).toEqual([folder]);
});

test('checkpoints: the newest is the one added last, and a second of one step replaces the first', () => {
  const run = sampleRun(store).id;
  const first = sampleSegment(store, run);
  const record = (step: number, bytes = 1) => ({
    step,
    folder: `step-${step}`,
    hashes: { 'model.safetensors': 'e5' },
    bytes,
  });
  expect(store.checkpoints.newest(run)).toBeNull();
  store.checkpoints.add(first, record(100));
  store.checkpoints.add(first, record(200));
  store.segments.end(first, { outcome: 'paused', step: 200 });
  const second = sampleSegment(store, run, 100);
  expect(store.checkpoints.add(second, record(150))).toMatchObject({ ...record(150), run, segment: second });
  expect(store.checkpoints.newest(run)).toMatchObject(record(150));
  store.checkpoints.add(second, record(200, 7));
  expect(store.checkpoints.list(run).map(({ step, bytes }) => [step, bytes])).toEqual([
    [100, 1],
    [150, 1],
    [200, 7],
  ]);
  store.checkpoints.remove(run, 200);
  expect(store.checkpoints.newest(run)?.step).toBe(150);
});

test('corpora by hash and by name; one content may have two names', () => {
  const other = { ...sampleCorpus, hash: 'ff', folder: 'corpora/ff' };
  store.corpora.add(sampleCorpus, [{ path: '/a.txt' }]);
  store.corpora.add({ ...sampleCorpus, name: 'tales' }, []);
  store.corpora.add(other, []);
  expect(store.corpora.get('stories').description).toEqual(other);
  expect(store.corpora.get(sampleCorpus.hash).description.name).toBe('tales');
  store.corpora.add(other, [{ path: '/b.txt' }]);
  expect(store.corpora.list().map(({ description }) => description.name)).toEqual(['stories', 'tales', 'stories']);
  expect(store.corpora.get('ff').sources).toEqual([{ path: '/b.txt' }]);
});

test('a transaction is all or nothing', () => {
  const run = sampleRun(store).id;
  const segment = sampleSegment(store, run);
  const stop = new Error('stop');
  const thrown = failure(() =>
    store.transaction(() => {
      store.metrics.append(segment, [sampleStep(1)]);
      store.runs.rename(run, 'renamed');
      throw stop;
    }),
  );
  expect(thrown).toBe(stop);
  expect(store.runs.get(run).name).toBe('run');
  expect(store.metrics.names(run)).toEqual([]);
});

test('recover pauses what nobody runs, once, and names the checkpoint', () => {
  const [running, pausing, queued] = ['running', 'pausing', 'queued'].map((name) => sampleRun(store, name).id) as [
    string,
    string,
    string,
  ];
  store.runs.setStatus(running, 'running');
  store.runs.setStatus(pausing, 'pausing');
  const segment = sampleSegment(store, running);
  store.metrics.append(segment, [sampleStep(1), sampleStep(2)]);
  const checkpoint = store.checkpoints.add(segment, { step: 1, folder: 'step-00000001', hashes: {}, bytes: 1 });
  reopen();
  expect(store.recover()).toEqual([
    { run: running, name: 'running', step: 2, checkpoint },
    { run: pausing, name: 'pausing', step: null, checkpoint: null },
  ]);
  expect(store.runs.list().map(({ status }) => status)).toEqual(['paused', 'paused', 'queued']);
  expect(store.segments.list(running)).toMatchObject([
    { outcome: 'interrupted', endStep: 2, ended: expect.any(String) },
  ]);
  expect(store.events.list(running)).toMatchObject([
    { kind: 'recovered', step: 2, data: { checkpoint: 'step-00000001' } },
  ]);
  expect(store.runs.get(running).message).toMatch(/running at step 2; it can go on from the checkpoint of step 1/);
  expect(store.events.list(queued)).toEqual([]);
  expect(store.recover()).toEqual([]);
});

test('a snapshot opens as a lab of its own and overwrites nothing', async () => {
  const run = sampleRun(store).id;
  const { home: other, remove: removeOther } = temporaryHome();
  const file = join(other, 'lab.sqlite');
  await store.snapshot(file);
  await expect(store.snapshot(file)).rejects.toMatchObject({ code: 'store', field: file });
  const copy = openStore(other);
  expect(copy.runs.get(run)).toEqual(store.runs.get(run));
  copy.close();
  removeOther();
});

test('a closed store says so', () => {
  const { home: other, remove: removeOther } = temporaryHome();
  const closed = openStore(other);
  closed.close();
  expect(failure(() => closed.runs.list())).toMatchObject({
    code: 'store',
    message: expect.stringContaining('is closed'),
  });
  expect(failure(() => closed.transaction(() => 1))).toMatchObject({ code: 'store' });
  removeOther();
});
