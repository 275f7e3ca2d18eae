import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabError } from '../../../shared/errors.ts';
import { pretendedParts } from '../../../shared/studies/pretended-parts.testing.ts';
import type { StudyRequest } from '../../../shared/studies/study.ts';
import { jobLimits } from '../../compute/index.ts';
import type { RunRow } from '../../store/index.ts';
import type { Lab, LabEvent } from '../index.ts';
import { addText, newRun, openPretended, type PretendedOptions, temporaryHome } from '../pretended-lab.testing.ts';

let place: ReturnType<typeof temporaryHome>;
let lab: Lab;
let events: LabEvent[];
let next: ReturnType<typeof openPretended>['next'];

const open = (options: PretendedOptions = {}) => {
  ({ lab, events, next } = openPretended(place.home, options));
};
const reopen = async (options: PretendedOptions = {}) => {
  await lab.close();
  open(options);
};

beforeEach(() => {
  place = temporaryHome();
  open();
});
afterEach(async () => {
  await lab.close();
  place.remove();
});

/** A run of so many steps with checkpoints every ten. */
async function trained(steps = 30, more: Parameters<typeof newRun>[2] = {}): Promise<RunRow> {
  if (lab.store.corpora.list().length === 0) await addText(lab);
  const { id } = newRun(lab, steps, more);
  lab.start(id);
  return lab.ended(id);
}

const routing = (run: RunRow, steps = [10, 20, 30]) =>
  ({ kind: 'routing', run: run.id, steps, tokens: 2048 }) satisfies Partial<StudyRequest>;
const keys = (study: string) => lab.store.studies.keys(study);
const refusal = (work: () => unknown): LabError => {
  try {
    work();
  } catch (thrown) {
    return thrown as LabError;
  }
  throw new Error('nothing was thrown');
};
const begun = () => next((event) => event.type === 'study' && event.study.total !== null);

describe('a study', () => {
  it('is carried out, stored part by part and told', async () => {
    const run = await trained();
    const asked = lab.studies.start(routing(run));
    expect(asked).toMatchObject({ run: run.id, status: 'running', done: 0, total: null });
    const study = await lab.studies.ended(asked.id);
    expect(study).toMatchObject({ status: 'completed', message: null, done: 3, total: 3, queuePosition: null });
    expect(study.provenance).toMatchObject({ engine: 'onnx-cpu', device: 'pretended' });
    expect(study.request).toMatchObject({ tokens: 2048, topTokens: 10 });
    const expected = pretendedParts(study.request, run.configuration.model);
    expect(lab.store.studies.parts(study.id)).toEqual(expected);
    const told = events.filter((event) => event.type === 'study-part');
    expect(told.map(({ part }) => part)).toEqual(expected);
    const statuses = events.flatMap((event) => (event.type === 'study' ? [event.study.status] : []));
    expect([...new Set(statuses)]).toEqual(['queued', 'running', 'completed']);
    expect(events.some(({ type }) => type === 'study-progress')).toBe(true);
  });

  it('that was asked before is given back, and asked otherwise is another', async () => {
    const run = await trained();
    const first = lab.studies.start(routing(run));
    expect(lab.studies.start(routing(run)).id).toBe(first.id);
    const { changed } = await lab.studies.ended(first.id);
    const again = lab.studies.start({ topTokens: 10, ...routing(run) });
    expect(again).toMatchObject({ id: first.id, status: 'completed', changed });
    const other = lab.studies.start(routing(run, [10]));
    expect(other.id).not.toBe(first.id);
    await lab.studies.ended(other.id);
    expect(lab.store.studies.list().map(({ id }) => id)).toEqual([other.id, first.id]);
  });

  it('is stopped, keeps what it did, and goes on with the rest alone', async () => {
    const run = await trained();
    await reopen({ stepTime: 60 });
    const { id } = lab.studies.start(routing(run));
    await next(({ type }) => type === 'study-part');
    expect(lab.studies.stop(id).status).toBe('stopping');
    expect(refusal(() => lab.studies.start(routing(run)))).toMatchObject({ code: 'request', field: 'study' });
    const stopped = await lab.studies.ended(id);
    expect(stopped.status).toBe('stopped');
    expect(stopped.message).toBe(
      `It was stopped. ${stopped.done} of 3 parts ${stopped.done === 1 ? 'is' : 'are'} kept. Start it again to go on.`,
    );
    expect(stopped.done).toBeLessThan(3);
    events.length = 0;
    expect(lab.studies.start(routing(run))).toMatchObject({ id, message: null });
    expect(await lab.studies.ended(id)).toMatchObject({ status: 'completed', done: 3 });
    expect(events.filter(({ type }) => type === 'study-part')).toHaveLength(3 - stopped.done);
    expect(keys(id)).toEqual(['step 10', 'step 20', 'step 30']);
  });

  it('whose worker does not heed the stop is ended after the grace', async () => {
    const run = await trained();
    await reopen({ behaviour: 'never pauses', stepTime: 600_000, limits: { ...jobLimits, grace: 100 } });
    const { id } = lab.studies.start(routing(run));
    await begun();
    lab.studies.stop(id);
    expect(await lab.studies.ended(id)).toMatchObject({
      status: 'stopped',
      message: 'It was ended before its next part was done. 0 of 3 parts are kept. Start it again to go on.',
    });
  });

  it('whose worker dies has failed, says why, and goes on when it is started again', async () => {
    const run = await trained();
    await reopen({ behaviour: 'crash once' });
    const { id } = lab.studies.start(routing(run));
    expect(await lab.studies.ended(id)).toMatchObject({
      status: 'failed',
      message:
        'Its worker ended with code 7 without a word. Its last words: "out of luck". 1 of 3 parts is kept. Start it again to go on.',
    });
    lab.studies.start(routing(run));
    expect(await lab.studies.ended(id)).toMatchObject({ status: 'completed', done: 3, message: null });
  });

  it('whose worker says why it fails has that as its message', async () => {
    const run = await trained();
    await reopen({ behaviour: 'fail' });
    const { id } = lab.studies.start(routing(run));
    expect(await lab.studies.ended(id)).toMatchObject({
      status: 'failed',
      message: 'The loss of the second part is NaN. 1 of 3 parts is kept. Start it again to go on.',
    });
  });

  it('is removed with its parts, but not while it is carried out', async () => {
    const run = await trained();
    await reopen({ stepTime: 60 });
    const { id } = lab.studies.start(routing(run));
    for (const remove of [() => lab.studies.remove(id), () => lab.removeRun(run.id)]) {
      expect(refusal(remove)).toMatchObject({ code: 'request', field: 'study', remedy: 'Stop it first.' });
    }
    lab.studies.stop(id);
    await lab.studies.ended(id);
    lab.studies.remove(id);
    expect(lab.store.studies.list()).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'study-removed', study: id });
    expect(refusal(() => lab.studies.stop(id))).toMatchObject({ code: 'not-found' });
  });

  it('says what it would cost, in seconds at the speed that the run was trained at', async () => {
    const run = await trained();
    const estimate = lab.studies.estimate(routing(run));
    // 10 240 tokens a second of training are three times as many of a forward pass.
    expect(estimate.seconds).toBeCloseTo(estimate.tokens / (3 * 10_240), 9);
    expect(estimate.storedBytes).toBeGreaterThan(0);
  });
});

describe('the queue', () => {
  it('has runs and studies in one order, and keeps it over a lab that closes', async () => {
    const run = await trained();
    await reopen({ stepTime: 60 });
    const long = newRun(lab, 30);
    const later = newRun(lab, 10);
    lab.start(long.id);
    const study = lab.studies.start(routing(run));
    lab.start(later.id);
    expect([study.queuePosition, lab.store.runs.get(later.id).queuePosition]).toEqual([1, 2]);
    lab.start(later.id, { before: study.id });
    const positions = () =>
      [lab.store.studies.get(study.id), lab.store.runs.get(later.id)].map((row) => row.queuePosition);
    expect(positions()).toEqual([2, 1]);
    await reopen();
    expect(positions()).toEqual([2, 1]);
    lab.resumeQueue();
    await lab.ended(later.id);
    expect(await lab.studies.ended(study.id)).toMatchObject({ status: 'completed', queuePosition: null });
  });

  it('that is closed stops a running study, and a waiting one can be taken out of it', async () => {
    const run = await trained();
    await reopen({ stepTime: 60 });
    const running = lab.studies.start(routing(run));
    const waiting = lab.studies.start(routing(run, [10]));
    expect(lab.studies.stop(waiting.id)).toMatchObject({ status: 'stopped', queuePosition: null });
    await begun();
    await reopen();
    expect(lab.store.studies.get(running.id).status).toBe('stopped');
    expect(lab.studies.start(routing(run)).id).toBe(running.id);
    expect(await lab.studies.ended(running.id)).toMatchObject({ status: 'completed' });
  });

  it('lets a study of a removed run go', async () => {
    const run = await trained();
    await reopen({ stepTime: 60 });
    const other = newRun(lab, 1000);
    lab.start(other.id);
    const { id } = lab.studies.start(routing(run));
    lab.removeRun(run.id);
    expect(lab.store.studies.get(id)).toMatchObject({ status: 'stopped', queuePosition: null });
    expect(refusal(() => lab.studies.start(routing(run)))).toMatchObject({ field: 'run', remedy: 'Restore it first.' });
    lab.stop(other.id);
    await lab.ended(other.id);
  });
});

describe('a request', () => {
  it('names checkpoints that are there, or is told which are', async () => {
    const run = await trained();
    expect(refusal(() => lab.studies.start(routing(run, [10, 15, 40])))).toMatchObject({
      code: 'request',
      field: 'steps',
      value: '15, 40',
      message: 'The run "run" has no checkpoint of the steps 15, 40: it has those of the steps 10, 20, 30.',
    });
    const idle = newRun(lab, 10);
    expect(refusal(() => lab.studies.estimate(routing(idle)))).toMatchObject({
      remedy: expect.stringMatching(/^Train/),
    });
    expect(refusal(() => lab.studies.start({ ...routing(run), run: 'nobody' }))).toMatchObject({ code: 'not-found' });
    expect(refusal(() => lab.studies.start({ ...routing(run), steps: [20, 10] }))).toMatchObject({ field: 'steps' });
    const pruning = { kind: 'pruning', run: run.id, step: 30 } as const;
    expect(
      refusal(() => lab.studies.start({ ...pruning, settings: [{ method: 'fewer-active', active: 99 }] })),
    ).toMatchObject({ code: 'request', field: 'settings.0.active', value: '99' });
    expect(lab.store.studies.list()).toEqual([]);
  });

  it("reaches a fork's checkpoints below the fork through its parent", async () => {
    const run = await trained();
    const fork = lab.fork(run.id, { step: 20 });
    const study = lab.studies.start(routing(fork, [10, 20]));
    expect(await lab.studies.ended(study.id)).toMatchObject({ status: 'completed', run: fork.id });
    expect(refusal(() => lab.studies.start(routing(fork, [30]))).message).toMatch(/those of the steps 10, 20\.$/);
    lab.start(fork.id);
    await lab.ended(fork.id);
    expect(lab.studies.start(routing(fork)).status).toBe('running');
  });

  it('cannot be answered by a dense model', async () => {
    const run = await trained();
    const { configuration } = run;
    const dense = lab.createRun({
      experiment: run.experiment,
      configuration: { ...configuration, model: { ...configuration.model, kind: 'dense', experts: 1, active: 1 } },
    });
    expect(refusal(() => lab.studies.start(routing(dense)))).toMatchObject({
      field: 'run',
      message: expect.stringMatching(/dense model/),
    });
  });
});
