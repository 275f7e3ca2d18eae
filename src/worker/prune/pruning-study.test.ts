import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countParameters } from '../../shared/config/parameter-count.ts';
import type { PruningPart, PruningSettingInput } from '../../shared/studies/pruning.ts';
import { openCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { validationBatches } from '../data/batches.ts';
import { openCorpus } from '../data/corpus.ts';
import { createEngine } from '../engine/choose.ts';
import { parameterSpecifications } from '../model/parameters.ts';
import { evaluateProgram } from '../programs/evaluate.ts';
import { eventsOf, only } from '../train/example-run.testing.ts';
import { bytesFor } from '../train/memory.ts';
import { readBias } from '../train/start.ts';
import {
  fixtureConfiguration,
  fixtureFolder,
  fixtureStep,
  partsOf,
  pruningJob,
  stepsOf,
} from './example-study.testing.ts';
import { quartiles } from './throughput.ts';
import { requireRoom } from './unpruned-model.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simbal-pruning-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Mean losses of all validation sequences as the program of training's own evaluations gives them. */
async function plainBlocks(): Promise<number[]> {
  const { model, training } = fixtureConfiguration;
  const engine = await createEngine('onnx-cpu', parameterSpecifications(model), 1);
  const checkpoint = await openCheckpoint(join(fixtureFolder, 'checkpoint'));
  const corpus = openCorpus(join(fixtureFolder, 'corpus'));
  try {
    for (const { name } of engine.parameters) {
      await engine.upload('parameter', name, await checkpoint.read('parameter', name));
    }
    const bias = (await readBias(checkpoint, fixtureConfiguration))!;
    const program = await engine.compile(evaluateProgram(model, training.batch, true));
    const means: number[] = [];
    const { context } = model;
    for (const { tokens, targets } of validationBatches(corpus, { batch: training.batch, context, tokens: 1e9 })) {
      const { nll } = await program.run({ tokens, targets, bias });
      for (let begin = 0; begin < nll!.data.length; begin += context) {
        means.push(
          (nll!.data as Float32Array).subarray(begin, begin + context).reduce((sum, value) => sum + value, 0) / context,
        );
      }
    }
    await program.dispose();
    return means;
  } finally {
    await checkpoint.close();
    corpus.close();
    await engine.dispose();
  }
}

describe('what drops nothing', () => {
  const nothing: PruningSettingInput[] = [
    { method: 'drop-top', experts: 0 },
    { method: 'threshold', threshold: 0 },
    { method: 'threshold', threshold: 0, keepOne: false },
    { method: 'fewer-active', active: 2 },
    { method: 'dynamic', share: 1 },
  ];

  test('is the plain evaluation to the last digit', async () => {
    const parts = await partsOf(pruningJob(nothing));
    const expected = await plainBlocks();
    expect(parts.size).toBe(1 + nothing.length);
    for (const [key, { blocks, counts, activeExperts }] of parts) {
      expect([...blocks], key).toEqual(expected);
      expect(activeExperts, key).toBe(2);
      expect(counts, key).toEqual(parts.get('none')!.counts);
    }
  });

  test('costs what the configuration says', async () => {
    const { parameters, bytes, flopsPerToken, tokens, domains, loss, blocks } = (
      await partsOf(pruningJob([{ method: 'none' }]))
    ).get('none')!;
    expect(parameters).toBe(countParameters(fixtureConfiguration.model).total);
    expect(bytes).toBe(4 * parameters);
    expect(tokens).toBe(blocks.length * fixtureConfiguration.model.context);
    expect(loss).toBeCloseTo(blocks.reduce((sum, block) => sum + block, 0) / blocks.length, 12);
    expect(Object.values(domains).reduce((sum, { tokens }) => sum + tokens, 0)).toBe(tokens);
    // Two layers of width 16: attention 8·D² + 4·T·D, router 2·D·E, two experts 6·D·F, and the head 2·D·V.
    expect(flopsPerToken).toBe(2 * (8 * 256 + 4 * 256 + 2 * 16 * 6 + 2 * 6 * 16 * 8) + 2 * 16 * 257);
  });
});

test('a token that keeps no expert passes the layer as it is', async () => {
  const parts = await partsOf(pruningJob([{ method: 'threshold', threshold: 1, keepOne: false }]));
  const { counts, activeExperts, flopsPerToken, loss } = parts.get('threshold 1 may leave none')!;
  expect(activeExperts).toBe(0);
  expect(counts.every((count) => count === 0)).toBe(true);
  expect(parts.get('none')!.flopsPerToken - flopsPerToken).toBe(2 * 2 * 6 * 16 * 8);
  expect(loss).toBeGreaterThan(parts.get('none')!.loss);
});

test('one layer alone is pruned as it is with all, and the others not at all', async () => {
  const settings: PruningSettingInput[] = [
    { method: 'drop-top', experts: 1 },
    { method: 'threshold', threshold: 0.25, keepOne: false, renormalise: true },
    { method: 'fewer-active', active: 1 },
    { method: 'dynamic', share: 0.5 },
    { method: 'remove', criterion: 'frequency', ratio: 0.5 },
    { method: 'merge', similarity: 'router-similarity', ratio: 0.5 },
  ];
  const single = settings.flatMap((setting) => [0, 1].map((layer) => ({ ...setting, layer })));
  const [none, ...parts] = [...(await partsOf(pruningJob([...settings, ...single]))).values()];
  const countsOf = ({ counts, experts }: PruningPart, layer: number) => [
    ...counts.subarray(layer * experts, (layer + 1) * experts),
  ];
  for (const [index, { method }] of settings.entries()) {
    const [all, first, second] = [parts[index]!, ...parts.slice(settings.length + 2 * index).slice(0, 2)];
    // What goes into the first layer is the same in all of them.
    expect(countsOf(first!, 0), method).toEqual(countsOf(all, 0));
    expect(countsOf(second!, 0), method).toEqual(countsOf(none!, 0));
    expect(countsOf(all, 0), method).not.toEqual(countsOf(none!, 0));
    expect(countsOf(second!, 1), method).not.toEqual(countsOf(none!, 1));
    expect(new Set([none!, all, first!, second!].map(({ loss }) => loss)).size, method).toBe(4);
    if (!all.kept) continue;
    const every = Array.from({ length: none!.experts }, (_, expert) => expert);
    expect(first!.kept).toEqual([all.kept[0], every]);
    expect(second!.kept).toEqual([every, all.kept[1]]);
    expect(all.parameters + none!.parameters).toBe(first!.parameters + second!.parameters);
  }
});

test('parts say whether work was skipped, and a mask has no speed', async () => {
  const settings: PruningSettingInput[] = [
    { method: 'drop-top', experts: 1 },
    { method: 'threshold', threshold: 0.2 },
    { method: 'remove', criterion: 'reap', ratio: 0.5 },
  ];
  const request = { throughput: { batches: [1, 3], repeats: 3 } };
  const [none, mask, dynamic, removed] = [...(await partsOf(pruningJob(settings, { request }))).values()];
  expect(mask).toMatchObject({ kind: 'mask', seconds: null, throughput: null });
  for (const part of [none!, dynamic!, removed!]) {
    expect(part.kind).toBe('pruned');
    expect(part.seconds).toBeGreaterThan(0);
    expect(part.throughput!.map(({ batch }) => batch)).toEqual([1, 3]);
    for (const { tokensPerSecond, unpruned, ratio } of part.throughput!) {
      for (const { low, median, high } of [tokensPerSecond, unpruned, ratio!]) {
        expect(low).toBeGreaterThan(0);
        expect(median).toBeGreaterThanOrEqual(low);
        expect(high).toBeGreaterThanOrEqual(median);
      }
    }
  }
  expect(none!.throughput![0]!.tokensPerSecond).toEqual(none!.throughput![0]!.unpruned);
  expect(none!.throughput![0]!.ratio).toEqual({ median: 1, low: 1, high: 1 });
  expect(removed!.parameters).toBe(none!.parameters - 2 * (3 * 3 * 16 * 8 + 3 * 16));
  expect([none!.calibrationTokens, dynamic!.calibrationTokens, removed!.calibrationTokens]).toEqual([null, null, 512]);
});

test('random draws differ from each other and not from themselves', async () => {
  const draws = [0, 1, 2, 3].map((draw): PruningSettingInput => {
    return { method: 'remove', criterion: 'random', ratio: 0.5, scope: 'global', draw };
  });
  const kept = async () => [...(await partsOf(pruningJob(draws))).values()].map((part) => JSON.stringify(part.kept));
  const first = await kept();
  expect(new Set(first).size).toBeGreaterThan(3);
  expect(await kept()).toEqual(first);
});

test('goes on with the parts that are missing', async () => {
  const settings: PruningSettingInput[] = [
    { method: 'drop-top', experts: 1 },
    { method: 'remove', criterion: 'frequency', ratio: 0.5 },
  ];
  const all = await stepsOf(pruningJob(settings));
  const parts = (steps: typeof all) =>
    steps.flatMap((step) => {
      if (step.type !== 'part') return [];
      return [{ key: step.part.key, result: { ...(step.part.result as PruningPart), seconds: null } }];
    });
  expect(all[0]).toMatchObject({ type: 'started', total: 3, provenance: { engine: 'onnx-cpu', threads: 1 } });
  const paused = await stepsOf(pruningJob(settings), ({ type }) => type === 'part');
  expect(parts(paused).map(({ key }) => key)).toEqual(['none']);
  const rest = await stepsOf(pruningJob(settings, { stored: ['none'] }));
  expect(rest[0]).toMatchObject({ type: 'started', total: 3 });
  expect([...parts(paused), ...parts(rest)]).toEqual(parts(all));
  expect(parts(await stepsOf(pruningJob(settings, { stored: parts(all).map(({ key }) => key) })))).toEqual([]);
});

test('stops within a setting, without its part', async () => {
  const steps = await stepsOf(pruningJob([{ method: 'none' }]), ({ type }) => type === 'progress');
  expect(steps.map(({ type }) => type)).toEqual(['started', 'progress']);
});

describe('an exported model', () => {
  const halved: PruningSettingInput[] = [
    { method: 'remove', criterion: 'reap', ratio: 0.5 },
    { method: 'merge', similarity: 'output-similarity', ratio: 0.5 },
    { method: 'remove', criterion: 'reap', ratio: 0.83 },
  ];

  test('is an ordinary checkpoint with the same loss, and trains on', async () => {
    const parts = await partsOf(pruningJob(halved, { exports: folder, request: { export: true } }));
    expect(parts.get('none')).toMatchObject({ exported: null, notExported: null });
    for (const key of ['remove reap 0.5 layer', 'merge output-similarity 0.5 layer', 'remove reap 0.83 layer']) {
      const { exported, notExported, kept, blocks, parameters } = parts.get(key)!;
      expect(notExported).toBeNull();
      const checkpoint = await openCheckpoint(exported!);
      const { configuration, step } = checkpoint.state;
      expect(step).toBe(fixtureStep);
      expect(configuration.model.experts).toBe(kept![0]!.length);
      expect(configuration.model.active).toBe(Math.min(2, kept![0]!.length));
      expect(countParameters(configuration.model).total).toBe(parameters);
      for (const { name } of parameterSpecifications(configuration.model)) {
        const moment = await checkpoint.read('secondMoment', name);
        expect(moment.every((value) => value >= 0)).toBe(true);
      }
      await checkpoint.close();
      const job = pruningJob([{ method: 'none' }], { checkpoints: [{ step, folder: exported! }] });
      const again = await partsOf({ ...job, configuration });
      expect(again.get('none')!.blocks, key).toEqual(blocks);
      const training = { ...configuration.training, steps: step + 2 };
      const events = await eventsOf({
        run: 'run',
        configuration: { ...configuration, training },
        corpus: join(fixtureFolder, 'corpus'),
        checkpoints: join(folder, 'trained'),
        resume: exported,
        threads: 1,
      });
      expect(only(events, 'failed')).toEqual([]);
      expect(only(events, 'finished')).toMatchObject([{ outcome: 'completed', step: step + 2 }]);
    }
  });

  test('has equally many experts in each layer, or says why it is none', async () => {
    const settings: PruningSettingInput[] = [{ method: 'remove', criterion: 'reap', ratio: 0.5, scope: 'global' }];
    const parts = await partsOf(pruningJob(settings, { exports: folder, request: { export: true } }));
    const { kept, exported, notExported } = parts.get('remove reap 0.5 global')!;
    expect(kept!.map((layer) => layer.length)).toEqual([4, 2]);
    expect(exported).toBeNull();
    expect(notExported).toContain('2 to 4 experts');
  });
});

describe('refuses', () => {
  test('a step without a checkpoint', async () => {
    const job = pruningJob([{ method: 'none' }], { request: { step: 7 } });
    await expect(stepsOf(job)).rejects.toMatchObject({ code: 'not-found', field: 'step', value: '7' });
  });

  test('a setting that the model cannot have, before anything is opened', async () => {
    const job = pruningJob([{ method: 'drop-top', experts: 5 }], { checkpoints: [] });
    await expect(stepsOf(job)).rejects.toMatchObject({ code: 'request', field: 'settings.0.experts', value: '5' });
  });

  test('a batch that does not fit into memory', () => {
    const room = 64 * 2 ** 20;
    expect(() => requireRoom(fixtureConfiguration, [1, 8], 'onnx-cpu', room)).not.toThrow();
    expect(() =>
      requireRoom(fixtureConfiguration, [1, 65_536], 'onnx-webgpu', bytesFor('onnx-webgpu', 1)),
    ).not.toThrow();
    const refused = () => requireRoom(fixtureConfiguration, [1, 65_536], 'onnx-cpu', room);
    expect(refused).toThrow(expect.objectContaining({ field: 'throughput.batches.1', value: '65536' }));
  });
});

test('quartiles lie on straight lines between the values', () => {
  expect(quartiles([4, 1, 3, 2])).toEqual({ low: 1.75, median: 2.5, high: 3.25 });
  expect(quartiles([5, 1, 3])).toEqual({ low: 2, median: 3, high: 4 });
});
