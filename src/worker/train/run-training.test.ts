import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PresetOverrides } from '../../shared/config/presets.ts';
import type { JobEvent } from '../job-event.ts';
import {
  evaluationsOf,
  eventsOf,
  exampleConfiguration,
  exampleFolder,
  exampleJob,
  metricsOf,
  only,
} from './example-run.testing.ts';

let example: Awaited<ReturnType<typeof exampleFolder>>;
let names = 0;
const newJob = (overrides: Partial<PresetOverrides> = {}) =>
  exampleJob(example.folder, exampleConfiguration(overrides), `run-${names++}`);

beforeAll(async () => {
  example = await exampleFolder();
});
afterAll(() => example.remove());

const files = ['model.safetensors', 'optimizer.safetensors'];
const bytesOf = (folder: string) => files.map((file) => readFileSync(join(folder, file)));
const finished = (events: readonly JobEvent[]) => {
  expect(events.at(-1), JSON.stringify(events.at(-1))).toMatchObject({ type: 'finished' });
  return only(events, 'finished')[0]!;
};
const afterEvaluation = (step: number) => (event: JobEvent) =>
  event.type === 'evaluation' && event.evaluation.step === step;

describe('a run', () => {
  test('on a corpus with one flipped byte is refused before anything is trained', async () => {
    const corpus = join(example.folder, 'flipped');
    cpSync(join(example.folder, 'corpus'), corpus, { recursive: true });
    const file = join(corpus, 'train.tokens');
    const bytes = readFileSync(file);
    bytes[1234]! ^= 1;
    writeFileSync(file, bytes);
    const events = await eventsOf({ ...newJob(), corpus });
    expect(events).toMatchObject([{ type: 'failed', error: { code: 'corpus', field: corpus }, checkpoint: null }]);
  });

  test('yields its start, every step once, evaluations and checkpoints as scheduled, and its end', async () => {
    const events = await eventsOf(newJob({ objective: [{ kind: 'simbal' }], training: { checkpointEvery: 8 } }));
    expect(events[0]).toMatchObject({
      type: 'started',
      start: { step: 0, engine: { kind: 'onnx-cpu', threads: 1 }, versions: { node: process.versions.node } },
    });
    expect(metricsOf(events).map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(evaluationsOf(events).map(({ step }) => step)).toEqual([0, 10, 20]);
    expect(only(events, 'checkpoint').map(({ checkpoint }) => checkpoint.step)).toEqual([8, 16, 20]);
    expect(finished(events)).toMatchObject({ outcome: 'completed', step: 20, checkpoint: { step: 20 } });
  });

  test('learns, and its clock and tokens only move forward', async () => {
    const events = await eventsOf(newJob());
    const steps = only(events, 'steps').flatMap((event) => event.steps);
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss - 1);
    expect(steps.at(-1)!.tokens).toBe(20 * 2 * 16);
    for (const [index, { seconds }] of steps.entries()) {
      expect(seconds).toBeGreaterThan(steps[index - 1]?.seconds ?? 0);
    }
  });

  test('a dense twin has no routing and no PES', async () => {
    const model = { kind: 'dense' as const, experts: 1, active: 1 };
    const events = await eventsOf(newJob({ model, evaluation: { similarityTokens: 0 } }));
    expect(finished(events).outcome).toBe('completed');
    for (const { routing, similarity } of evaluationsOf(events)) expect([routing, similarity]).toEqual([null, null]);
    for (const { maxLoad, terms } of metricsOf(events)) expect([maxLoad, terms]).toEqual([1, {}]);
  });

  test('PES is measured at every second evaluation, the first and the last', async () => {
    const events = await eventsOf(newJob({ evaluation: { every: 4, similarityEvery: 2 } }));
    const measured = evaluationsOf(events).filter(({ similarity }) => similarity !== null);
    expect(measured.map(({ step }) => step)).toEqual([0, 8, 16, 20]);
    for (const { similarity } of measured) expect(similarity!.tokens).toBe(64);
  });

  test('a split with less than one batch is evaluated whole, each token once', async () => {
    const events = await eventsOf(newJob({ training: { batch: 128, steps: 1, warmupSteps: 0 } }));
    for (const { evaluatedTokens, routing, domains } of evaluationsOf(events)) {
      expect(evaluatedTokens).toBeLessThan(128 * 16);
      expect(evaluatedTokens % 16).toBe(0);
      expect(Object.values(domains).reduce((sum, { tokens }) => sum + tokens, 0)).toBe(evaluatedTokens);
      for (const counts of routing!.counts) {
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 * evaluatedTokens);
      }
    }
  });
});

describe('a run that was paused goes on byte for byte', () => {
  const cases: [string, Partial<PresetOverrides>][] = [
    ['SimBal', { objective: [{ kind: 'simbal' }] }],
    ['data that wraps several epochs', { training: { batch: 64 } }],
    [
      'two micro-batches and a loss-free bias',
      { objective: [{ kind: 'loss-free-bias' }], training: { accumulate: 2 } },
    ],
    ['a global batch', { objective: [{ kind: 'lbl-global-batch' }], training: { accumulate: 2 } }],
    ['a dense twin', { model: { kind: 'dense', experts: 1, active: 1 }, evaluation: { similarityTokens: 0 } }],
  ];
  test.each(cases)('%s', async (_, overrides) => {
    const job = { ...newJob({ ...overrides, evaluation: { every: 7, ...overrides.evaluation } }), threads: 2 };
    const straight = await eventsOf({ ...job, checkpoints: `${job.checkpoints}-straight` });
    const first = await eventsOf(job, afterEvaluation(7));
    const pause = finished(first);
    expect(pause).toMatchObject({ outcome: 'paused', step: 7, checkpoint: { step: 7 } });
    const second = await eventsOf({ ...job, resume: pause.checkpoint!.folder });
    expect(finished(second)).toMatchObject({ outcome: 'completed', step: 20 });

    expect(metricsOf([...first, ...second])).toEqual(metricsOf(straight));
    expect(evaluationsOf([...first, ...second])).toEqual(evaluationsOf(straight));
    const [one, other] = [finished(straight), finished(second)].map(({ checkpoint }) => bytesOf(checkpoint!.folder));
    for (const [index, file] of files.entries()) expect(one![index]!.equals(other![index]!), file).toBe(true);
    const start = (events: JobEvent[]) => only(events, 'started')[0]!.start;
    expect(start(second)).toEqual({ ...start(straight), step: 7 });
    const seconds = (events: JobEvent[]) => only(events, 'steps').flatMap(({ steps }) => steps.map((at) => at.seconds));
    expect(seconds(second)[0]).toBeGreaterThan(seconds(first).at(-1)!);
  });

  test('before its first step', async () => {
    const job = newJob();
    const first = finished(await eventsOf(job, ({ type }) => type === 'started'));
    expect(first).toMatchObject({ outcome: 'paused', step: 0, checkpoint: { step: 0 } });
    const events = await eventsOf({ ...job, resume: first.checkpoint!.folder });
    expect(metricsOf(events)).toEqual(metricsOf(await eventsOf(newJob())));
    expect(evaluationsOf(events).map(({ step }) => step)).toEqual([0, 10, 20]);
  });

  test.each([7, 20])('before the evaluation of step %i, which is then its first work', async (step) => {
    const job = { ...newJob({ objective: [{ kind: 'simbal' }], evaluation: { every: 7 } }), threads: 2 };
    const straight = await eventsOf({ ...job, checkpoints: `${job.checkpoints}-straight` });
    const first = await eventsOf(job, (event) => event.type === 'steps' && event.steps.at(-1)!.step === step);
    const pause = finished(first);
    expect(pause).toMatchObject({ outcome: 'paused', step, checkpoint: { step } });
    expect(evaluationsOf(first).at(-1)!.step).toBeLessThan(step);
    const second = await eventsOf({ ...job, resume: pause.checkpoint!.folder });
    expect(finished(second).outcome).toBe('completed');
    expect(evaluationsOf([...first, ...second])).toEqual(evaluationsOf(straight));
    expect(metricsOf([...first, ...second])).toEqual(metricsOf(straight));
    const [one, other] = [finished(straight), finished(second)].map(({ checkpoint }) => bytesOf(checkpoint!.folder));
    expect(other).toEqual(one);
    // Its checkpoint owes nothing from then on: a run that goes on from it once more repeats nothing.
    const third = await eventsOf({ ...job, resume: pause.checkpoint!.folder }, ({ type }) => type === 'started');
    expect(evaluationsOf(third)).toEqual([]);
  });

  test('after its last step there is nothing to do', async () => {
    const job = newJob({ training: { steps: 4 } });
    const { checkpoint } = finished(await eventsOf(job));
    const again = await eventsOf({ ...job, resume: checkpoint!.folder });
    expect(again.map(({ type }) => type)).toEqual(['started', 'finished']);
    expect(finished(again)).toEqual({ type: 'finished', outcome: 'completed', step: 4, checkpoint });
  });
});

describe('a run that goes on from a checkpoint with another configuration', () => {
  const pausedAtTen = async (overrides: Partial<PresetOverrides> = {}) => {
    const job = newJob(overrides);
    return { job, folder: finished(await eventsOf(job, afterEvaluation(10))).checkpoint!.folder };
  };
  const failure = async (resume: string, overrides: Partial<PresetOverrides>) => {
    const events = await eventsOf({ ...newJob(overrides), resume });
    expect(events.at(-1)!.type).toBe('failed');
    return only(events, 'failed')[0]!.error;
  };

  test('more steps: the schedule is that of the new number, and a note says so', async () => {
    const { job, folder } = await pausedAtTen();
    const longer = exampleConfiguration({ training: { steps: 40 } });
    const events = await eventsOf({ ...job, configuration: longer, resume: folder });
    expect(finished(events).step).toBe(40);
    expect(only(events, 'note')[0]!.message).toContain('schedule of 40 steps');
    const eleventh = metricsOf(events)[0]!;
    const whole = metricsOf(await eventsOf(newJob({ training: { steps: 40 } })))[10]!;
    expect(eleventh.step).toBe(11);
    expect(eleventh.learningRate).toBe(whole.learningRate);
  });

  test('other threads: it goes on, and a note says that it does so no longer byte for byte', async () => {
    const { job, folder } = await pausedAtTen();
    const events = await eventsOf({ ...job, threads: 2, resume: folder });
    expect(finished(events).step).toBe(20);
    expect(only(events, 'note').map(({ message }) => message)).toEqual([
      'The checkpoint was trained by the engine onnx-cpu with 1 thread, and the engine onnx-cpu with 2 threads goes on from it: the run continues, but no longer byte for byte as it would have.',
    ]);
    expect(only(await eventsOf({ ...job, resume: folder }), 'note')).toEqual([]);
  });

  test('a fork evaluates where it starts, keeps its origin whole and writes its own checkpoints', async () => {
    const { folder } = await pausedAtTen();
    const before = bytesOf(folder);
    const fork = { ...newJob({ objective: [{ kind: 'loss-free-bias' }] }), resume: folder };
    const events = await eventsOf(fork);
    expect(evaluationsOf(events).map(({ step }) => step)).toEqual([10, 20]);
    expect(finished(events).checkpoint!.folder).toBe(join(fork.checkpoints, 'step-00000020'));
    expect(only(events, 'note')[0]!.message).toContain('starts from zero');
    expect(bytesOf(folder)).toEqual(before);
  });

  test('another model, fewer steps and another corpus under the same name are refused', async () => {
    const { job, folder } = await pausedAtTen();
    expect(await failure(folder, { model: { expertWidth: 13 } })).toMatchObject({
      code: 'checkpoint',
      field: 'model.expertWidth',
      value: '13',
    });
    expect(await failure(folder, { training: { steps: 9 } })).toMatchObject({ field: 'training.steps', value: '9' });
    const other = await exampleFolder(60);
    try {
      const events = await eventsOf({ ...job, corpus: other.corpus, resume: folder });
      expect(only(events, 'failed')[0]!.error).toMatchObject({ code: 'corpus', field: 'corpus' });
    } finally {
      other.remove();
    }
  });
});

test('two micro-batches of B train like one batch of 2B where no term sees the batch', async () => {
  const whole = await eventsOf(newJob({ training: { batch: 4 } }));
  const parts = await eventsOf(newJob({ training: { batch: 2, accumulate: 2 } }));
  const [a, b] = [metricsOf(whole), metricsOf(parts)];
  for (const [index, { loss, gradientNorm, tokens, maxLoad }] of a.entries()) {
    expect(b[index]!.tokens).toBe(tokens);
    expect(Math.abs(b[index]!.loss / loss - 1)).toBeLessThan(1e-4);
    expect(Math.abs(b[index]!.gradientNorm / gradientNorm - 1)).toBeLessThan(1e-2);
    if (index === 0) expect(b[index]!.maxLoad).toBe(maxLoad);
  }
});

test('the reference engine trains the same run', async () => {
  const overrides = { training: { steps: 5 }, objective: [{ kind: 'lbl-micro-batch' as const }] };
  const [fast, slow] = [newJob(overrides), newJob({ ...overrides, engine: { kind: 'reference' } })];
  const [a, b] = [await eventsOf(fast), await eventsOf(slow)];
  expect(only(b, 'started')[0]!.start.engine.kind).toBe('reference');
  const losses = (events: JobEvent[]) => evaluationsOf(events).map(({ loss }) => loss);
  for (const [index, loss] of losses(b).entries()) expect(losses(a)[index]! / loss).toBeCloseTo(1, 4);
  expect(metricsOf(a)[0]!.loss / metricsOf(b)[0]!.loss).toBeCloseTo(1, 5);
  expect(metricsOf(a)[0]!.gradientNorm / metricsOf(b)[0]!.gradientNorm).toBeCloseTo(1, 4);
});

test('runs with the same seeds start equal whatever their objective, with other seeds not', async () => {
  const start = async (overrides: Partial<PresetOverrides>) =>
    only(await eventsOf(newJob(overrides), ({ type }) => type === 'started'), 'started')[0]!.start;
  const model = { routerInit: 'orthogonal' as const };
  const a = await start({ model, objective: [{ kind: 'simbal' }] });
  const b = await start({ model, objective: [{ kind: 'lbl-sequence' }] });
  const c = await start({ model, seeds: { init: 1 } });
  const d = await start({ model, seeds: { data: 1 } });
  const hashes = ({ initHash, dataHash }: typeof a) => [initHash, dataHash];
  expect(hashes(b)).toEqual(hashes(a));
  expect(c.initHash).not.toBe(a.initHash);
  expect(c.dataHash).toBe(a.dataHash);
  expect(d.initHash).toBe(a.initHash);
  expect(d.dataHash).not.toBe(a.dataHash);
});

describe('a run that cannot be', () => {
  test('weights that explode stop it, naming step, quantity and the last checkpoint', async () => {
    // Decay by 10·10 a step multiplies every weight by −99.
    const training = { learningRate: 10, weightDecay: 10, warmupSteps: 0, finalFraction: 1, checkpointEvery: 2 };
    const events = await eventsOf(newJob({ training, evaluation: { every: 1000 } }));
    const { error, step, checkpoint } = only(events, 'failed')[0]!;
    expect(error).toMatchObject({ code: 'not-finite', field: expect.stringMatching(/^(loss|gradient norm)$/) });
    expect(error.message).toContain(`step ${step! + 1} `);
    expect(metricsOf(events).at(-1)!.step).toBe(step);
    expect(checkpoint!.step).toBe(step! - (step! % 2));
    expect(error.remedy).toContain(checkpoint!.folder);
  });

  test('a configuration, a corpus and a checkpoint that are wrong are refused before anything starts', async () => {
    const job = newJob();
    const wrong = { ...job.configuration, model: { ...job.configuration.model, active: 5 } };
    const failures = [
      [
        { ...job, configuration: wrong },
        { code: 'configuration', field: 'model.active' },
      ],
      [{ ...job, corpus: join(example.folder, 'nowhere') }, { code: 'corpus' }],
      [newJob({ model: { vocabulary: 100 } }), { code: 'configuration', field: 'model.vocabulary' }],
      [{ ...job, resume: join(example.folder, 'nowhere') }, { code: 'checkpoint' }],
    ] as const;
    for (const [failing, error] of failures) {
      const events = await eventsOf(failing);
      expect(events).toMatchObject([{ type: 'failed', error, step: null, checkpoint: null }]);
    }
  });
});
