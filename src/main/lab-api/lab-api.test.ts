// The calls of api.ts over a real lab whose workers pretend, as a page makes them: through a client and a transport.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Api, ApiEvent } from '../../shared/api.ts';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { type Client, connect } from '../../shared/rpc.ts';
import { inProcess } from '../../shared/transports.ts';
import type { Evaluation } from '../../shared/worker-messages.ts';
import { jobLimits, nodeWorkers } from '../compute/index.ts';
import { fakeWorker, temporaryHome } from '../lab/pretended-lab.testing.ts';
import { type LabApi, openLabApi } from './index.ts';
import { manySeries } from './metric-series.ts';

const fakeSetUp = {
  node: process.execPath,
  file: join(import.meta.dirname, '..', 'compute', 'fake-set-up.testing.ts'),
};
let home: string;
let remove: () => void;
let labApi: LabApi;
let client: Client;
let api: Api;

function open(stepTime = 0, behaviour = 'good'): void {
  const launch = nodeWorkers(fakeWorker, [behaviour, String(stepTime)]);
  const limits = { ...jobLimits, grace: 2000 };
  labApi = openLabApi({ home, door: 'browser', launch, limits, setUpProgram: fakeSetUp });
  const [near, far] = inProcess();
  labApi.serve(far);
  client = connect(near);
  ({ api } = client);
}

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  open();
});

afterEach(async () => {
  client.close();
  await labApi.close();
  remove();
});

const addText = () => api.corpora.add({ name: 'text', sources: [{ path: '/text' }], tokenizer: 'bytes' });
const configuration = (steps = 30) =>
  configurationFromPreset('nano', { corpus: 'text', training: { steps, warmupSteps: 1 } });
const simbal = { kind: 'simbal' } as const;

async function matrix(more: { steps?: number; seeds?: number[]; start?: boolean } = {}) {
  await addText();
  const { id: experiment } = await api.experiments.create({ name: 'first' });
  const { steps, seeds = [1, 2], start = false } = more;
  const objectives = [[], [simbal]];
  return api.runs.create({ experiment, configuration: configuration(steps), objectives, seeds, start });
}

test('who has no text at hand begins with the one that is there, prepared once', async () => {
  const first = await api.corpora.addDependencyText({ tokenizer: 'gpt2' });
  expect(first).toMatchObject({ corpus: { description: { name: 'dependency-text-gpt2' } }, known: false });
  expect(await api.corpora.addDependencyText({ tokenizer: 'gpt2' })).toMatchObject({ known: true });
  expect(await api.corpora.list({})).toHaveLength(1);
});

test('alerts of several runs are asked for at once, and nothing else that happened', async () => {
  client.close();
  await labApi.close();
  open(0, 'fail');
  const runs = (await matrix({ seeds: [1], start: true })).map(({ id }) => id);
  await expect.poll(() => api.events.alerts({ runs })).toHaveLength(2);
  const found = await api.events.alerts({ runs });
  expect(found.map(({ run, kind }) => [run, kind])).toEqual(runs.map((run) => [run, 'alert']));
  expect(found[0]!.data).toMatchObject({ detector: 'not-finite', severity: 'critical' });
  expect((await api.events.list({ run: runs[0]! })).length).toBeGreaterThan(1);
});

test('a matrix of objectives and seeds is trained, listed, compared and reported', async () => {
  const events: ApiEvent[] = [];
  client.watch((event) => events.push(event));
  const runs = await matrix({ start: true });
  expect(runs.map(({ name }) => name)).toEqual(['none, seed 1', 'none, seed 2', 'SimBal, seed 1', 'SimBal, seed 2']);
  expect(runs.map(({ configuration: { model, seeds } }) => [model.routerInit, seeds.init, seeds.data])).toEqual([
    ['normal', 1, 1],
    ['normal', 2, 2],
    ['orthogonal', 1, 1],
    ['orthogonal', 2, 2],
  ]);
  expect(new Set(runs.map(({ seedGroup }) => seedGroup)).size).toBe(2);
  await Promise.all(runs.map(({ id }) => labApi.lab.ended(id)));

  const listed = await api.runs.list({});
  expect(listed).toMatchObject(
    runs.map(({ id }) => ({
      id,
      status: 'completed',
      step: 30,
      tokens: 30 * 2048,
      checkpoint: 30,
      tokensPerSecond: 10_240,
    })),
  );
  expect(listed[0]!.evaluation!.step).toBe(30);
  expect([...listed[0]!.sparkline.steps]).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  const types = new Set(events.map(({ type }) => type));
  for (const type of ['corpus', 'experiment', 'run', 'started', 'steps', 'evaluation', 'checkpoint']) {
    expect(types).toContain(type);
  }

  const ids = runs.map(({ id }) => id);
  const comparison = await api.comparison.get({ runs: ids });
  expect(await api.evaluations.losses({ runs: ids })).toEqual(
    comparison.runs.map(({ id, start, evaluations }) => ({
      run: id,
      dataHash: start!.dataHash,
      losses: evaluations.map(({ step, tokens, seconds, loss, perplexity }) => ({
        step,
        tokens,
        seconds,
        loss,
        perplexity,
      })),
    })),
  );
  expect(comparison.runs).toHaveLength(4);
  // Of the similarity of pairs of experts, which is most of its bytes, a comparison shows nothing.
  const pairs = ({ evaluation: { similarity } }: { evaluation: Evaluation }) => similarity?.pairs.length;
  const evaluated = await api.evaluations.list({ run: ids[0]! });
  expect(evaluated.map(pairs)).not.toContain(0);
  const compared = comparison.runs[0]!.evaluations.map((evaluation) => ({ evaluation }));
  expect(compared.map(pairs)).toEqual(evaluated.map(() => 0));
  expect(await api.reports.page({ runs: ids })).toMatch(/^<!doctype html>/);
  expect(await api.evaluations.list({ run: ids[0]!, after: 20 })).toHaveLength(1);
});

test('a series comes as columns, and in stretches keeps its extremes', async () => {
  const [run] = await matrix({ steps: 100, seeds: [1], start: true });
  await labApi.lab.ended(run!.id);
  const [loss, seconds] = await api.metrics.series({
    runs: [run!.id],
    metrics: ['crossEntropy', 'seconds'],
    resolution: 1000,
  });
  expect(loss).toMatchObject({ run: run!.id, metric: 'crossEntropy', width: 1 });
  expect(loss!.steps).toHaveLength(100);
  expect(loss!.tokens).toEqual(loss!.steps.map((step) => step * 2048));
  expect(seconds!.values).toEqual(loss!.seconds);
  const [coarse] = await api.metrics.series({
    runs: [run!.id],
    metrics: ['crossEntropy'],
    resolution: 4,
    from: 1,
    to: 64,
  });
  expect(coarse!.width).toBeGreaterThan(1);
  expect(Math.max(...coarse!.values)).toBe(Math.max(...loss!.values.subarray(0, 64)));
  expect(Math.min(...coarse!.values)).toBe(Math.min(...loss!.values.subarray(0, 64)));
  const [unknown] = await api.metrics.series({ runs: [run!.id], metrics: ['nothing'], resolution: 4 });
  expect(unknown!.values).toHaveLength(0);
});

test('an answer has only so many points', async () => {
  const [run] = await matrix({ steps: 100, seeds: [1], start: true });
  await labApi.lab.ended(run!.id);
  const asked = (most: number) =>
    manySeries(labApi.lab.store, [run!.id, run!.id], { metrics: ['crossEntropy', 'seconds'] }, most);
  expect(asked(400)).toHaveLength(4);
  expect(() => asked(399)).toThrow(expect.objectContaining({ code: 'request', field: 'resolution' }));
});

test('one wrong cell, and no run of the matrix is made', async () => {
  await addText();
  const { id: experiment } = await api.experiments.create({ name: 'first' });
  const wrong = { ...configuration(), training: { ...configuration().training, batch: 0 } };
  const request = { experiment, objectives: [[simbal]], seeds: [1] };
  await expect(api.runs.create({ ...request, configuration: wrong })).rejects.toMatchObject({
    code: 'configuration',
    field: 'training.batch',
    value: '0',
  });
  const unknown = { ...configuration(), corpus: 'test' };
  await expect(api.runs.create({ ...request, configuration: unknown })).rejects.toMatchObject({ code: 'corpus' });
  await expect(
    api.runs.create({ ...request, experiment: 'none', configuration: configuration() }),
  ).rejects.toMatchObject({
    code: 'not-found',
  });
  expect(await api.runs.list({})).toEqual([]);
});

test('what was removed is brought back as it was', async () => {
  const runs = await matrix();
  const [first, second] = runs;
  await api.runs.annotate({ run: first!.id, note: 'a <b>note</b>', tags: ['kept'] });
  const removed = await api.runs.remove({ runs: [first!.id, second!.id] });
  expect((await api.runs.list({})).map(({ id }) => id)).toEqual(runs.slice(2).map(({ id }) => id));
  await api.undo.restore(removed);
  expect(await api.runs.list({})).toMatchObject([
    { id: first!.id, note: 'a <b>note</b>', tags: ['kept'], removed: null },
    {},
    {},
    {},
  ]);

  const whole = await api.experiments.remove({ experiment: first!.experiment });
  expect(await api.experiments.list({})).toEqual([]);
  expect(await api.runs.list({})).toEqual([]);
  await api.undo.restore(whole);
  expect(await api.runs.list({})).toHaveLength(4);
});

test('what is being carried out is not removed', async () => {
  client.close();
  await labApi.close();
  open(50);
  const [run, waiting] = await matrix({ seeds: [1], start: true });
  await expect(api.runs.remove({ runs: [waiting!.id, run!.id] })).rejects.toMatchObject({ remedy: 'Stop it first.' });
  await expect(api.experiments.remove({ experiment: run!.experiment })).rejects.toMatchObject({ code: 'request' });
  expect(await api.runs.list({})).toHaveLength(2);
  await api.runs.stop({ runs: [run!.id] });
});

test('the queue is put in another order', async () => {
  client.close();
  await labApi.close();
  open(50);
  const runs = await matrix({ start: true });
  const [first, second, third, fourth] = runs.map(({ id }) => id);
  await api.runs.reorder({ run: fourth!, before: second! });
  const waiting = (await api.runs.list({})).filter(({ queuePosition }) => queuePosition !== null);
  expect(waiting.sort((a, b) => a.queuePosition! - b.queuePosition!).map(({ id }) => id)).toEqual([
    fourth,
    second,
    third,
  ]);
  await expect(api.runs.reorder({ run: first!, before: null })).rejects.toMatchObject({ field: 'run' });
  const paused = await api.runs.pause({ runs: [first!, second!] });
  expect(paused.map(({ queuePosition }) => queuePosition)).toEqual([null, null]);
});

test('a run is forked, continued and done again', async () => {
  const [run] = await matrix({ seeds: [1], start: true });
  await labApi.lab.ended(run!.id);
  const fork = await api.runs.fork({ run: run!.id, step: 10, name: 'other' });
  expect(fork).toMatchObject({
    name: 'other',
    parent: { run: run!.id, step: 10 },
    step: 10,
    tokens: 20_480,
    loss: null,
  });
  const longer = await api.runs.continueTo({ run: run!.id, steps: 50, start: true });
  expect(await labApi.lab.ended(longer.id)).toMatchObject({ status: 'completed' });
  expect(await api.runs.get({ run: longer.id })).toMatchObject({
    step: 50,
    course: [{ configuration: run!.configuration }],
  });
  const stepsOf = async (inherited: boolean) =>
    (await api.checkpoints.list({ run: longer.id, inherited })).map(({ step }) => step);
  const [own, all] = [await stepsOf(false), await stepsOf(true)];
  expect(Math.min(...own)).toBeGreaterThan(longer.parent!.step);
  expect(all).toEqual(expect.arrayContaining([10, ...own]));
  expect(await api.runs.again({ run: run!.id })).toMatchObject({ parent: null, step: 0, name: 'none, seed 1, again' });
});

test('settings are kept, told to every page, and survive a damaged file', async () => {
  const events: ApiEvent[] = [];
  client.watch((event) => events.push(event));
  const settings = await api.settings.set({ concurrency: 3 });
  expect(settings).toEqual({ concurrency: 3, engine: 'auto', retention: 'all' });
  expect(events).toEqual([{ type: 'settings', settings }]);
  expect(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'))).toEqual(settings);
  writeFileSync(join(home, 'settings.json'), '{"concurrency":-1}');
  expect(await api.settings.get({})).toEqual({ concurrency: 1, engine: 'auto', retention: 'all' });
  const retention = { newest: 2, every: 10 };
  expect(await api.settings.set({ retention })).toEqual({ concurrency: 1, engine: 'auto', retention });
  expect(await api.settings.get({})).toMatchObject({ retention });
  await expect(api.settings.set({ retention: { newest: 0, every: 1 } })).rejects.toMatchObject({ code: 'request' });
});

test('the setting of which checkpoints stay holds for what is written from then on; removed runs are purged', async () => {
  await api.settings.set({ retention: { newest: 1, every: 0 } });
  const [run] = await matrix({ steps: 50, seeds: [1], start: true });
  await labApi.lab.ended(run!.id);
  const steps = async () => (await api.checkpoints.list({ run: run!.id })).map(({ step }) => step);
  expect(await steps()).toEqual([50]);
  expect(await api.checkpoints.removable({})).toEqual({ runs: 0, checkpoints: 0, bytes: 0 });
  await api.runs.remove({ runs: [run!.id] });
  const removable = await api.checkpoints.removable({});
  expect(removable).toEqual({ runs: 1, checkpoints: 1, bytes: 2 });
  expect(await api.checkpoints.purge({})).toEqual(removable);
  expect(await steps()).toEqual([]);
});

test('TensorFlow is set up with progress for every page, once at a time, cancelled by its signal, and removed', async () => {
  const told: string[] = [];
  client.watch((event) => event.type === 'tensorflow-progress' && told.push(event.phase));
  await api.engines.probe({ measure: false });
  expect(await api.engines.setUpTensorflow({ gpu: true })).toBe('The engine "tensorflow" is ready.');
  expect(told).toEqual(['requirements', 'fetch']);
  expect(await api.engines.list({})).toBeNull();
  expect(await api.engines.removeTensorflow({})).toBe('Removed it.');
  vi.stubEnv('FAKE_SET_UP', '--wait');
  const cancel = new AbortController();
  const waiting = api.engines.setUpTensorflow({ gpu: false }, { signal: cancel.signal });
  await expect.poll(() => told.length).toBe(4);
  await expect(api.engines.removeTensorflow({})).rejects.toMatchObject({ code: 'request' });
  cancel.abort();
  await expect(waiting).rejects.toThrow();
  vi.unstubAllEnvs();
  await expect.poll(() => api.engines.removeTensorflow({}).catch(() => null)).toBe('Removed it.');
});

test('engines are probed and remembered; a door without dialogs says so', async () => {
  expect(await api.engines.list({})).toBeNull();
  const probed = await api.engines.probe({ measure: false });
  expect(await api.engines.list({})).toEqual(probed);
  await expect(api.dialogs.open({ title: 'x', kind: 'files', many: true })).rejects.toMatchObject({ code: 'request' });
  expect(await api.about.get({})).toMatchObject({ door: 'browser', home, version: expect.stringMatching(/^\d/) });
});

test('studies are estimated, carried out, listed, read with their typed arrays, and removed', async () => {
  const [run] = await matrix({ seeds: [1], start: true });
  await labApi.lab.ended(run!.id);
  const events: ApiEvent[] = [];
  client.watch((event) => events.push(event));
  const request = { kind: 'geometry' as const, run: run!.id, steps: [10, 20] };
  expect((await api.studies.estimate({ request })).tokens).toBeGreaterThan(0);
  const { id } = await api.studies.start({ request });
  await labApi.lab.studies.ended(id);
  expect(await api.studies.list({ runs: [run!.id] })).toMatchObject([{ id, status: 'completed', done: 2, total: 2 }]);
  expect(await api.studies.list({ runs: ['other'] })).toEqual([]);
  const parts = await api.studies.parts({ study: id });
  expect(parts.map(({ key }) => key)).toEqual(['step 10', 'step 20']);
  expect(parts[0]!.result).toMatchObject({ step: 10, gram: expect.any(Float64Array) });
  const types = new Set(events.map(({ type }) => type));
  expect([...types]).toEqual(expect.arrayContaining(['study', 'study-progress', 'study-part']));
  expect(await api.studies.stop({ study: id })).toMatchObject({ status: 'completed' });
  await expect(api.studies.start({ request: { ...request, steps: [11] } })).rejects.toMatchObject({ field: 'steps' });
  await expect(api.studies.start({ request: { ...request, steps: [] } })).rejects.toMatchObject({ code: 'request' });
  await api.studies.remove({ study: id });
  expect(await api.studies.list({})).toEqual([]);
  await expect(api.studies.parts({ study: id })).rejects.toMatchObject({ code: 'not-found' });
});
