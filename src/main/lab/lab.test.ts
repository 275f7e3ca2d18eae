import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configurationFromPreset } from '../../shared/config/index.ts';
import { lastFailure } from '../../shared/failure.ts';
import { Connection } from '../store/connection.ts';
import { findings } from './comparison/findings.ts';
import { compare, findRun, type Lab, type LabEvent } from './index.ts';
import { addText, newRun, openPretended, type PretendedOptions, temporaryHome } from './pretended-lab.testing.ts';

let place: ReturnType<typeof temporaryHome>;
let lab: Lab;
let events: LabEvent[];
let next: ReturnType<typeof openPretended>['next'];

const open = (options: PretendedOptions = {}) => {
  ({ lab, events, next } = openPretended(place.home, options));
};

beforeEach(() => {
  place = temporaryHome();
});
afterEach(async () => {
  await lab.close();
  place.remove();
});

const steps = (run: string) => {
  const series = lab.store.metrics.series(run, 'loss');
  return series.kind === 'points' ? series.points.map(({ step }) => step) : [];
};
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

const atStep = (step: number) => next((event) => event.type === 'steps' && event.steps.at(-1)!.step >= step);

describe('a run', () => {
  it('is trained and kept', async () => {
    open();
    const corpus = await addText(lab);
    const run = newRun(lab, 20);
    expect(run).toMatchObject({ status: 'queued', queuePosition: null, corpusHash: corpus });
    lab.start(run.id);
    expect(await lab.ended(run.id)).toMatchObject({ status: 'completed', message: null });
    expect(steps(run.id)).toEqual(upTo(20));
    expect(lab.store.evaluations.list(run.id).map(({ evaluation }) => evaluation.step)).toEqual([0, 10, 20]);
    expect(lab.store.checkpoints.list(run.id).map(({ step }) => step)).toEqual([10, 20]);
    expect(lab.store.segments.list(run.id)).toMatchObject([{ fromStep: 0, outcome: 'completed', endStep: 20 }]);
    const seen = events.flatMap((event) => (event.type === 'run' ? [event.run.status] : []));
    expect([...new Set(seen)]).toEqual(['queued', 'running', 'completed']);
  });

  it('pauses with a checkpoint and goes on exactly there', async () => {
    open({ stepTime: 2 });
    await addText(lab);
    const run = newRun(lab, 60);
    lab.start(run.id);
    await atStep(5);
    expect(lab.pause(run.id).status).toBe('pausing');
    expect((await lab.ended(run.id)).status).toBe('paused');
    const [segment] = lab.store.segments.list(run.id);
    expect(segment!.outcome).toBe('paused');
    expect(lab.store.checkpoints.newest(run.id)!.step).toBe(segment!.endStep);
    lab.start(run.id);
    expect((await lab.ended(run.id)).status).toBe('completed');
    expect(lab.store.segments.list(run.id)[1]!.fromStep).toBe(segment!.endStep);
    expect(steps(run.id)).toEqual(upTo(60));
  });

  it('survives a crash of its worker, and says so', async () => {
    open({ behaviour: 'crash once' });
    await addText(lab);
    const run = newRun(lab, 20);
    lab.start(run.id);
    expect((await lab.ended(run.id)).status).toBe('completed');
    expect(lab.store.segments.list(run.id).map(({ outcome, fromStep }) => [outcome, fromStep])).toEqual([
      ['interrupted', 0],
      ['completed', 10],
    ]);
    expect(steps(run.id)).toEqual(upTo(20));
    expect(lab.store.events.list(run.id).map(({ kind, message }) => [kind, message])).toEqual([
      [
        'crash',
        'The worker ended with code 7 without a word. Its last words: "out of luck". It is started again from the checkpoint of step 10.',
      ],
    ]);
  });

  it('fails after a crash loop with what happened, what is safe and what to do', async () => {
    open({ behaviour: 'crash always' });
    await addText(lab);
    const run = newRun(lab, 20);
    lab.start(run.id);
    expect(await lab.ended(run.id)).toMatchObject({
      status: 'failed',
      message:
        'The worker ended with code 7 without a word, 4 times within 5 minutes. Its last words: "out of luck". The checkpoint of step 10 and the metrics up to step 14 are safe. Resume the run to go on from there.',
    });
    expect(lab.store.segments.list(run.id)).toHaveLength(4);
  });

  it('does not call a checkpoint safe that is not whole', async () => {
    const onEvent = (event: LabEvent) => {
      if (event.type === 'checkpoint') rmSync(join(event.checkpoint.folder, 'state.json'));
    };
    open({ behaviour: 'fail', onEvent });
    await addText(lab);
    const run = newRun(lab, 20);
    lab.start(run.id);
    expect(await lab.ended(run.id)).toMatchObject({
      status: 'failed',
      message:
        'The loss of step 15 is NaN. The metrics are safe, but the run cannot go on from its checkpoint of step 10. There is no other. Train the run again.',
    });
  });

  it('fails at once when the worker says why', async () => {
    open({ behaviour: 'fail' });
    await addText(lab);
    const run = newRun(lab, 20);
    lab.start(run.id);
    expect(await lab.ended(run.id)).toMatchObject({
      status: 'failed',
      message:
        'The loss of step 15 is NaN. The checkpoint of step 10 and the metrics up to step 14 are safe. Go on from step 10 with a lower training.learningRate or training.clip: as it is, it would fail at the same step again.',
    });
    expect(lab.store.segments.list(run.id)).toMatchObject([{ outcome: 'failed' }]);
    expect(lastFailure(lab.store.events.list(run.id))).toMatchObject({
      code: 'not-finite',
      checkpoint: 10,
      damaged: null,
    });
  });

  it('stops for good, yet can be resumed', async () => {
    open({ stepTime: 2 });
    await addText(lab);
    const run = newRun(lab, 60);
    lab.start(run.id);
    await atStep(3);
    lab.stop(run.id);
    const stopped = await lab.ended(run.id);
    expect(stopped.status).toBe('stopped');
    expect(stopped.message).toMatch(/^The checkpoint of step \d+ is safe\.$/);
    lab.start(run.id);
    expect((await lab.ended(run.id)).status).toBe('completed');
  });

  it('is forked at a checkpoint and continued past its end', async () => {
    open();
    await addText(lab);
    const run = newRun(lab, 20);
    lab.start(run.id);
    await lab.ended(run.id);
    expect(() => lab.start(run.id)).toThrow('The run "run" is complete, at step 20.');
    expect(() => lab.fork(run.id, { step: 7 })).toThrow('it has checkpoints of the steps 10, 20');
    expect(() => lab.fork(run.id)).toThrow('training.steps is 20, and the fork begins at step 20');
    const wider = { ...run.configuration, model: { ...run.configuration.model, expertWidth: 16 } };
    expect(() => lab.fork(run.id, { step: 10, configuration: wider })).toThrow('model.expertWidth is 16');
    const fork = lab.fork(run.id, { step: 10 });
    const longer = lab.continueTo(run.id, 30);
    for (const { id } of [fork, longer]) lab.start(id);
    expect((await lab.ended(longer.id)).status).toBe('completed');
    expect(longer).toMatchObject({ name: 'run, to step 30', parent: { run: run.id, step: 20 } });
    expect(lab.store.segments.list(fork.id)[0]!.fromStep).toBe(10);
    expect(lab.store.segments.list(longer.id)[0]!.fromStep).toBe(20);
    expect(steps(longer.id)).toEqual(upTo(30));
    expect(steps(run.id)).toEqual(upTo(20));
    expect(() => lab.continueTo(run.id, 20)).toThrow('The run "run" is at step 20 already and cannot go on to 20.');
  });

  it('is forked on its own corpus, whatever has its name by now', async () => {
    open();
    const own = await addText(lab);
    const run = newRun(lab, 10);
    lab.start(run.id);
    await lab.ended(run.id);
    const other = await lab.addCorpus({ name: 'text', sources: [{ path: '/other' }], tokenizer: 'gpt2' });
    expect(other.corpus.description.hash).not.toBe(own);
    const longer = { ...run.configuration, training: { ...run.configuration.training, steps: 20 } };
    expect(lab.fork(run.id, { configuration: longer }).corpusHash).toBe(own);
    expect(lab.continueTo(run.id, 20).corpusHash).toBe(own);
  });

  it('is refused with a wrong configuration or an unknown corpus before anything is kept', async () => {
    open();
    await addText(lab);
    const experiment = lab.createExperiment({ name: 'e' }).id;
    const configuration = configurationFromPreset('nano', { corpus: 'texd' });
    expect(() => lab.createRun({ experiment, configuration })).toThrow('There is no corpus called "texd".');
    const wrong = { ...configuration, corpus: 'text', model: { ...configuration.model, experts: 0 } };
    expect(() => lab.createRun({ experiment, configuration: wrong })).toThrow('model.experts is 0');
    const small = { ...configuration, corpus: 'text', model: { ...configuration.model, vocabulary: 100 } };
    expect(() => lab.createRun({ experiment, configuration: small })).toThrow('model.vocabulary is 100');
    expect(lab.store.runs.list()).toEqual([]);
  });
});

describe('the queue', () => {
  it('keeps order, and shares the cores out', async () => {
    open({ concurrency: 2, cores: 5, stepTime: 2 });
    await addText(lab);
    const runs = ['a', 'b', 'c', 'd'].map((name) => newRun(lab, 8, { name }).id);
    for (const id of runs.slice(0, 3)) lab.start(id);
    lab.start(runs[3]!, { before: runs[2]! });
    const places = () => runs.map((id) => lab.store.runs.get(id).queuePosition);
    expect(places()).toEqual([null, null, 2, 1]);
    for (const id of runs) expect((await lab.ended(id)).status).toBe('completed');
    const begun = events.flatMap((event) =>
      event.type === 'run' && event.run.status === 'running' ? [event.run.id] : [],
    );
    expect([...new Set(begun)]).toEqual([0, 1, 3, 2].map((place) => runs[place]));
    const started = events.flatMap((event) => (event.type === 'started' ? [event] : []));
    expect(new Set(started.map(({ start }) => start.engine.threads))).toEqual(new Set([2]));
  });

  it('is left in order by a lab that closes, and goes on when asked', async () => {
    open({ stepTime: 2 });
    await addText(lab);
    const runs = ['a', 'b', 'c'].map((name) => newRun(lab, 40, { name }).id);
    for (const id of runs) lab.start(id);
    await atStep(2);
    await lab.close();
    open();
    expect(lab.recovered).toEqual([]);
    expect(
      runs.map((id) => lab.store.runs.get(id)).map(({ status, queuePosition }) => [status, queuePosition]),
    ).toEqual([
      ['paused', null],
      ['queued', 1],
      ['queued', 2],
    ]);
    lab.resumeQueue();
    expect((await lab.ended(runs[2]!)).status).toBe('completed');
    expect(lab.store.runs.get(runs[0]!).status).toBe('paused');
  });
});

describe('corpora', () => {
  it('are kept once by content', async () => {
    open();
    await addText(lab);
    const again = await lab.addCorpus({ name: 'other name', sources: [{ path: '/text' }], tokenizer: 'bytes' });
    expect(again.known).toBe(true);
    const { home, corpora } = lab.store.paths;
    expect(readdirSync(corpora)).toEqual([again.corpus.description.hash]);
    expect(lab.store.corpora.list().map(({ description }) => description.name)).toEqual(['text', 'other name']);
    expect(existsSync(home)).toBe(true);
  });

  it('are put back where a lab ended while one was being replaced', async () => {
    open();
    const hash = await addText(lab);
    const folder = join(lab.store.paths.corpora, hash);
    await lab.close();
    renameSync(folder, `${folder}.replaced`);
    open();
    expect(readdirSync(lab.store.paths.corpora)).toEqual([hash]);
  });
});

describe('a comparison', () => {
  it('has rows, curves, speed-up, the equal start and the differences', async () => {
    open();
    await addText(lab);
    const experiment = lab.createExperiment({ name: 'pair' }).id;
    const none = newRun(lab, 30, { experiment, name: 'none' });
    const simbal = newRun(lab, 30, { experiment, name: 'SimBal', objective: [{ kind: 'simbal' }] });
    const reseeded = newRun(lab, 30, { experiment, name: 'again', seeds: { data: 1 } });
    for (const { id } of [none, simbal, reseeded]) lab.start(id);
    await lab.ended(reseeded.id);

    const pair = compare(lab.store, [none.id, simbal.id]);
    expect(pair.runs.map(({ objective, colour, shade }) => [objective, colour, shade])).toEqual([
      ['none', 'grey', 0],
      ['SimBal', 'blue', 0],
    ]);
    expect(pair.equalStart.equal).toEqual({ initHash: true, initHashWithoutRouters: true, dataHash: true });
    expect(pair.differences).toEqual([{ field: 'objective', values: ['none', 'simbal:0.1'] }]);
    const [first, second] = pair.runs;
    expect(first!.curves.crossEntropy).toHaveLength(30);
    expect(first!.curves.crossEntropy[4]).toMatchObject({ step: 5, tokens: 5 * 2048, seconds: 1 });
    expect(first!.final).toMatchObject({ step: 30, routing: { experts: 16, uniqueExperts: 4 } });
    const [faster] = second!.speedUps;
    expect(faster).toMatchObject({ baseline: none.id, equalLoss: { reached: true } });
    expect(first!.speedUps[0]!.equalLoss).toMatchObject({ reached: false });
    expect(faster!.curve.length).toBeGreaterThan(1);
    const [short] = compare(lab.store, [none.id, simbal.id], { speedUpCurves: false }).runs[1]!.speedUps;
    expect(short).toEqual({ ...faster, curve: [] });

    const three = compare(lab.store, [none.id, simbal.id, reseeded.id]);
    expect(three.equalStart.equal).toEqual({ initHash: true, initHashWithoutRouters: true, dataHash: false });
    expect(three.runs[2]!.shade).toBe(1);
    expect(three.differences.map(({ field }) => field)).toEqual(['objective', 'seeds.data']);
    expect(compare(lab.store, [none.id], { resolution: 4 }).runs[0]!.curves.crossEntropy.length).toBeLessThanOrEqual(
      16,
    );
  });
});

describe('what a comparison says', () => {
  it('takes runs of several seeds together, and not the same seed twice', async () => {
    open();
    await addText(lab);
    const [first, again, seeded] = [{}, {}, { init: 1 }].map((seeds) => newRun(lab, 10, { seeds }).id);
    for (const id of [first!, again!, seeded!]) lab.start(id);
    await lab.ended(seeded!);
    const said = (...ids: string[]) => findings(compare(lab.store, ids)).sentences.join(' ');
    expect(said(first!, seeded!)).toContain('over seeds');
    expect(said(first!, again!)).not.toContain('over seeds');
  });

  it('does not call the start of a run that has not begun different', async () => {
    open();
    await addText(lab);
    const [begun, waits] = [newRun(lab, 10).id, newRun(lab, 10, { objective: [{ kind: 'simbal' }] }).id];
    lab.start(begun);
    await lab.ended(begun);
    expect(findings(compare(lab.store, [begun, waits])).limits).toContain(
      'Not all have begun: whether they start equal is not known yet.',
    );
  });
});

describe('finding a run', () => {
  it('takes ids, beginnings and names, and suggests near ones', async () => {
    open();
    await addText(lab);
    const one = newRun(lab, 5, { name: 'baseline' });
    newRun(lab, 5, { name: 'twin' });
    newRun(lab, 5, { name: 'twin' });
    expect(findRun(lab.store, 'baseline').id).toBe(one.id);
    expect(findRun(lab.store, one.id).id).toBe(one.id);
    expect(() => findRun(lab.store, 'twin')).toThrow('2 runs are called "twin"');
    expect(() => findRun(lab.store, 'basline')).toThrow(
      expect.objectContaining({ code: 'not-found', remedy: 'Did you mean "baseline"?' }),
    );
  });
});

describe('beside another program that locks the database', () => {
  /** @returns what ends it */
  function locked(): () => void {
    const other = new Connection(join(place.home, 'lab.sqlite'), { mode: 'write', busyTimeout: 1000 });
    other.exec('BEGIN IMMEDIATE');
    return () => other.close();
  }

  it('a home that cannot be opened is free for the next attempt', async () => {
    open();
    await lab.close();
    const unlock = locked();
    expect(() => open()).toThrow(/locked/);
    unlock();
    open();
    expect(lab.recovered).toEqual([]);
  });

  it('a run that is stopped while it cannot be stored that it waits is stopped', async () => {
    open({ stepTime: 5 });
    await addText(lab);
    const [busy, other] = [newRun(lab, 1000), newRun(lab, 20)];
    lab.start(busy.id);
    lab.start(other.id);
    expect(lab.stop(other.id).status).toBe('stopped');
    await atStep(2);
    const unlock = locked();
    lab.start(other.id);
    expect(lab.stop(other.id).status).toBe('stopped');
    unlock();
    await lab.close();
    open();
    expect(lab.store.runs.get(other.id)).toMatchObject({ status: 'stopped', queuePosition: null });
  });
});
