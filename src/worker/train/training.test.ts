import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PresetOverrides } from '../../shared/config/presets.ts';
import { writeCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { openCorpus } from '../data/corpus.ts';
import { OnnxCpuEngine } from '../engine/onnx/cpu-engine.ts';
import type { JobEvent } from '../job-event.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import type { CheckpointPolicy } from './checkpointing.ts';
import { exampleConfiguration, exampleFolder, metricsOf, only } from './example-run.testing.ts';
import { compilePrograms, disposePrograms } from './programs.ts';
import { startFromCheckpoint, startFromSeeds } from './start.ts';
import { train } from './training.ts';
import type { TrainingContext, TrainingState } from './training-state.ts';

let example: Awaited<ReturnType<typeof exampleFolder>>;
let runs = 0;
beforeAll(async () => {
  example = await exampleFolder();
});
afterAll(() => example.remove());

interface Setting {
  context: TrainingContext;
  state: TrainingState;
  policy: CheckpointPolicy;
  pause: AbortController;
  /** Everything the engine holds, by kind and name. */
  everything(): Promise<Record<string, Float32Array>>;
}

async function withTraining(
  overrides: Partial<PresetOverrides>,
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  const configuration = exampleConfiguration(overrides);
  const corpus = openCorpus(example.corpus);
  const engine = new OnnxCpuEngine(parameterSpecifications(configuration.model), 1);
  const programs = await compilePrograms(engine, configuration);
  try {
    const state = await startFromSeeds(engine, configuration);
    const context = { engine, configuration, corpus, programs, bias: state.bias };
    const pause = new AbortController();
    const policy = { folder: join(example.folder, `training-${runs++}`), retryAfter: 1, pause: pause.signal };
    const everything = async () => {
      const all: Record<string, Float32Array> = {};
      for (const kind of ['parameter', 'firstMoment', 'secondMoment'] as const) {
        for (const { name } of engine.parameters) all[`${kind} ${name}`] = await engine.download(kind, name);
      }
      return all;
    };
    await use({ context, state, policy, pause, everything });
  } finally {
    await disposePrograms(programs);
    await engine.dispose();
    corpus.close();
  }
}

/** Pulls events until the training ends; the error where it ends with one. */
async function drain(
  events: AsyncIterable<JobEvent>,
  seen: JobEvent[],
  onEvent: (event: JobEvent) => unknown = () => {},
) {
  try {
    for await (const event of events) {
      seen.push(event);
      await onEvent(event);
    }
    return null;
  } catch (thrown) {
    return thrown;
  }
}

test.each([
  [
    'loss',
    async ({ engine }: TrainingContext) => engine.upload('parameter', 'norm', new Float32Array(16).fill(Number.NaN)),
  ],
  [
    'gradient norm',
    async ({ engine }: TrainingContext) => {
      engine.gradientNorm = async () => Number.POSITIVE_INFINITY;
    },
  ],
])('a %s that is not finite stops before the update', async (quantity, spoil) => {
  await withTraining({ objective: [{ kind: 'loss-free-bias' }] }, async ({ context, state, policy, everything }) => {
    let before: unknown;
    const seen: JobEvent[] = [];
    const error = await drain(train(context, state, policy), seen, async (event) => {
      if (event.type !== 'evaluation' || event.evaluation.step !== 10) return;
      await spoil(context);
      before = [await everything(), Float32Array.from(state.bias!), { ...state }];
    });
    expect(error).toMatchObject({ code: 'not-finite', field: quantity, message: expect.stringContaining('step 11 ') });
    expect(metricsOf(seen).at(-1)!.step).toBe(10);
    expect([await everything(), state.bias, state]).toEqual(before);
  });
});

test('a validation loss that is not finite stops before a checkpoint is made of its weights', async () => {
  await withTraining({ training: { checkpointEvery: 10 } }, async ({ context, state, policy }) => {
    const seen: JobEvent[] = [];
    const { evaluate } = context.programs;
    context.programs.evaluate = {
      ...evaluate,
      run: async (inputs) => {
        const outputs = await evaluate.run(inputs);
        if (state.step === 10) outputs.nll!.data[0] = Number.NaN;
        return outputs;
      },
    };
    const error = await drain(train(context, state, policy), seen);
    expect(error).toMatchObject({ code: 'not-finite', field: 'validation loss', value: 'NaN' });
    expect(metricsOf(seen).at(-1)!.step).toBe(10);
    expect(state.checkpoint).toBeNull();
  });
});

test('a pause ends a running evaluation between two of its batches, and nothing of it is told', async () => {
  await withTraining({}, async ({ context, state, policy, pause }) => {
    const seen: JobEvent[] = [];
    const { evaluate } = context.programs;
    let batches = 0;
    context.programs.evaluate = {
      ...evaluate,
      run: async (inputs) => {
        if (state.step === 10 && ++batches === 2) pause.abort();
        return evaluate.run(inputs);
      },
    };
    expect(await drain(train(context, state, policy), seen)).toBeNull();
    expect(batches).toBe(2);
    expect(only(seen, 'evaluation').map(({ evaluation }) => evaluation.step)).toEqual([0]);
    expect(seen.at(-1)).toMatchObject({ type: 'finished', outcome: 'paused', step: 10, checkpoint: { step: 10 } });
    const { state: kept } = await startFromCheckpoint(
      context.engine,
      context.configuration,
      context.corpus,
      state.checkpoint!.folder,
    );
    expect(kept.evaluationDue).toBe(true);
  });
});

test('weights that are not finite make no checkpoint: the one before stays the last good one', async () => {
  const training = { checkpointEvery: 5 };
  await withTraining({ training, evaluation: { every: 1000 } }, async ({ context, state, policy }) => {
    const { engine } = context;
    const { update } = engine;
    engine.update = async (rates) => {
      await update.call(engine, rates);
      if (rates.step === 10) await engine.upload('parameter', 'norm', new Float32Array(16).fill(Number.NaN));
    };
    const error = await drain(train(context, state, policy), []);
    expect(error).toMatchObject({ code: 'not-finite', field: 'norm', value: 'NaN' });
    expect(state.checkpoint!.step).toBe(5);
    expect(readdirSync(policy.folder)).toEqual(['step-00000005']);
  });
});

test('a checkpoint whose bias is damaged is refused', async () => {
  await withTraining({ objective: [{ kind: 'loss-free-bias' }] }, async ({ context, state, policy, everything }) => {
    const { engine, configuration, corpus } = context;
    const { bias, checkpoint: _, ...content } = state;
    const held = await everything();
    const damaged = async (first: Float32Array) => {
      const buffers = [first, bias!.slice(4)].map((data, layer) => ({
        name: `layers.${layer}.router.bias`,
        shape: [data.length],
        data,
      }));
      const download = async (kind: string, name: string) => held[`${kind} ${name}`]!;
      const rest = { configuration, corpusHash: corpus.hash, buffers, download };
      const { folder } = await writeCheckpoint(policy.folder, { ...content, ...rest });
      return startFromCheckpoint(engine, configuration, corpus, folder);
    };
    const field = 'layers.0.router.bias';
    await expect(damaged(Float32Array.of(0, 0, 0, Number.NaN))).rejects.toMatchObject({ code: 'checkpoint', field });
    await expect(damaged(new Float32Array(5))).rejects.toMatchObject({ code: 'checkpoint', field, value: '5' });
    await expect(damaged(new Float32Array(4))).resolves.toMatchObject({ state: { step: 0 } });
  });
});

test('a checkpoint that cannot be written makes the training wait, say so once, and go on when it can', async () => {
  await withTraining({ training: { checkpointEvery: 5 } }, async ({ context, state, policy }) => {
    writeFileSync(policy.folder, 'a file where the folder should be');
    const seen: JobEvent[] = [];
    // Asked for after each attempt, and before the next.
    const failed: number[] = [];
    const untilRemoved = {
      ...policy,
      get retryAfter() {
        if (failed.push(state.step) === 3) rmSync(policy.folder);
        return 1;
      },
    };
    expect(await drain(train(context, state, untilRemoved), seen)).toBeNull();
    expect(only(seen, 'note')).toMatchObject([{ step: 5, kind: 'waiting' }]);
    expect(failed).toEqual([5, 5, 5]);
    expect(only(seen, 'checkpoint').map(({ checkpoint }) => checkpoint.step)).toEqual([5, 10, 15, 20]);
    expect(metricsOf(seen)).toHaveLength(20);
  });
});

test('a pause while a checkpoint cannot be written ends the run with the reason', async () => {
  await withTraining({ training: { checkpointEvery: 5 } }, async ({ context, state, policy, pause }) => {
    writeFileSync(policy.folder, 'a file where the folder should be');
    const seen: JobEvent[] = [];
    const error = await drain(train(context, state, { ...policy, retryAfter: 1e6 }), seen, (event) => {
      if (event.type === 'note') pause.abort();
    });
    expect(error).toMatchObject({ code: 'checkpoint' });
    expect(state.step).toBe(5);
  });
});

test('step metrics come in small groups, in order', async () => {
  const evaluation = { every: 1000, similarityTokens: 0 };
  await withTraining({ training: { steps: 60 }, evaluation }, async ({ context, state, policy }) => {
    const seen: JobEvent[] = [];
    expect(await drain(train(context, state, policy), seen)).toBeNull();
    for (const { steps } of only(seen, 'steps')) expect(steps.length).toBeLessThanOrEqual(25);
    expect(metricsOf(seen).map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });
});
