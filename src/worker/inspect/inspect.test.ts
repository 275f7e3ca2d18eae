import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type {
  ExpertsInspection,
  HealthInspection,
  InspectionEvent,
  RouterInspection,
} from '../../shared/inspection.ts';
import { inspectModel } from './inspect-model.ts';
import { readExpertMatrix } from './moe-layers.ts';
import { type OpenedModel, openModel } from './open-model.ts';
import { recognise } from './recognise.ts';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/checkpoints');

interface ExpectedLayer {
  gram: number[][];
  l1: number;
  meanSquare: number;
  singularValues: number[];
  rowNorms: number[];
  norms: ExpertsInspection['norms'];
  cosine: number[][];
  first: { gate: number[]; down: number[] };
}

interface Expected {
  parameters: number;
  tied: boolean;
  layers: (ExpectedLayer | null)[];
}

const expectedOf = (family: string) => JSON.parse(readFileSync(join(fixtures, family, 'expected.json'), 'utf8'));

const opened: OpenedModel[] = [];
afterEach(async () => {
  for (const model of opened.splice(0)) await model.close();
});
const open = async (family: string) => {
  const model = await openModel([join(fixtures, family)]);
  opened.push(model);
  return model;
};

async function eventsOf(family: string): Promise<InspectionEvent[]> {
  const events: InspectionEvent[] = [];
  for await (const event of inspectModel([join(fixtures, family)])) events.push(event);
  return events;
}

const only = <Type extends InspectionEvent['type']>(events: InspectionEvent[], type: Type) =>
  events.filter((event): event is Extract<InspectionEvent, { type: Type }> => event.type === type);

function close(actual: ArrayLike<number>, expected: readonly number[], digits = 6) {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, digits);
}

const labels: Record<string, string> = {
  mixtral: 'mixtral',
  'mixtral-sharded': 'mixtral',
  olmoe: 'olmoe',
  'qwen2-moe': 'qwen2-moe',
  'qwen3-moe': 'qwen3-moe',
  'qwen3-moe-fused': 'qwen3-moe',
  'deepseek-v2': 'deepseek-v2',
  'deepseek-v3': 'deepseek-v3',
  'gpt-oss': 'gpt-oss',
  phimoe: 'phimoe',
  granitemoe: 'granitemoe',
  ernie: 'ernie4.5-moe',
};

describe.each(Object.keys(labels))('%s as transformers wrote it', (family) => {
  const expected: Expected = expectedOf(family);

  test('is recognised with evidence, by its configuration and by its names', async () => {
    const { recognition, parameters } = await open(family);
    expect(recognition.family).toBe(labels[family]);
    expect(recognition.evidence[0]).toContain('model_type');
    // Stacks that transformers keeps in memory have names that several families share.
    if (family !== 'qwen3-moe-fused') expect(recognition.evidence.length).toBeGreaterThan(1);
    expect(recognition.doubts).toEqual([]);
    expect(recognition.active).toBe(2);
    expect(parameters.total).toBe(expected.parameters + biases(family));
    expect(parameters.tiedHead).toBe(expected.tied);
    expect(parameters.parts.other).toBe(0);
    expect(parameters.active).toBeLessThan(parameters.total);
  });

  test('its routers and experts are those of the live model', async () => {
    const events = await eventsOf(family);
    expect(events.map(({ type }) => type).slice(0, 4)).toEqual(['outline', 'recognition', 'parameters', 'router']);
    expect(events.at(-1)).toEqual({ type: 'done' });
    const routers = new Map(only(events, 'router').map(({ router }) => [router.layer, router]));
    const experts = new Map(only(events, 'experts').map((event) => [event.experts.layer, event.experts]));
    for (const [layer, wanted] of expected.layers.entries()) {
      expect(routers.has(layer)).toBe(wanted !== null);
      if (!wanted) continue;
      checkRouter(routers.get(layer)!, wanted);
      const found = experts.get(layer)!;
      for (const name of ['gate', 'up', 'down'] as const) close(found.norms[name], wanted.norms[name], 5);
      for (const [row, values] of wanted.cosine.entries()) close(found.similarity[row]!, values, 6);
      expect(found).toMatchObject({ method: 'exact', error: null, dead: [], nearDuplicates: [] });
    }
  });

  test('one matrix of one expert comes out as rows of outputs', async () => {
    const { weights, layout } = await open(family);
    const layer = layout.layers.at(-1)!;
    const wanted = expected.layers[layer.layer]!;
    const gate = await readExpertMatrix(weights, layer.matrices[1]!.gate);
    close([...gate.subarray(0, wanted.first.gate.length)], wanted.first.gate);
    const down = await readExpertMatrix(weights, layer.matrices[1]!.down);
    close([...down.subarray(0, wanted.first.down.length)], wanted.first.down);
  });
});

/** Correction biases are buffers to the library and parameters to an inspection. */
const biases = (family: string): number => (family === 'deepseek-v3' ? 4 : 0);

function checkRouter(router: RouterInspection, wanted: ExpectedLayer) {
  for (const [row, values] of wanted.gram.entries()) close(router.gram[row]!, values);
  expect(router.simbal).toBeCloseTo(wanted.l1, 5);
  expect(router.meanSquare).toBeCloseTo(wanted.meanSquare, 6);
  close(router.singularValues, wanted.singularValues, 8);
  close(router.norms, wanted.rowNorms, 6);
  expect(router.mostSimilar).toHaveLength(6);
}

test('names alone tell the families apart', async () => {
  for (const family of readdirSync(fixtures)) {
    if (family === 'qwen3-moe-fused') continue;
    const model = await open(family);
    const { recognition } = recognise(model.source, model.weights, null, null);
    expect(recognition.family).toBe(model.recognition.family);
    expect(recognition.family === null).toBe(family === 'importable-llama');
  }
});

test('float8 weights take the scales of their blocks', async () => {
  const { weights, recognition, parameters } = await open('deepseek-v3-float8');
  expect(recognition.quantisation).toContain('weight_scale_inv');
  expect(recognition.layers).toEqual([{ layer: 1, experts: 4, width: 8, shared: true, stored: 'one tensor a matrix' }]);
  expect(parameters.total).toBe((await open('deepseek-v3')).parameters.total);
  expect(parameters.scales).toBeGreaterThan(0);
  for (const [name, norm] of Object.entries(expectedOf('deepseek-v3-float8').norms as Record<string, number>)) {
    const values = await weights.read(name);
    expect(Math.hypot(...values)).toBeCloseTo(norm, 5);
    // A range in the middle of a block has the same numbers.
    expect([...(await weights.read(name, 13, 20))]).toEqual([...values.subarray(13, 33)]);
  }
});

test('MXFP4 experts are unpacked as transformers does', async () => {
  const expected = expectedOf('gpt-oss-mxfp4') as ExpectedLayer;
  const events = await eventsOf('gpt-oss-mxfp4');
  const { experts } = only(events, 'experts')[0]!;
  for (const name of ['gate', 'up', 'down'] as const) close(experts.norms[name], expected.norms[name], 3);
  for (const [row, values] of expected.cosine.entries()) close(experts.similarity[row]!, values, 5);
  const { weights, layout } = await open('gpt-oss-mxfp4');
  const gate = await readExpertMatrix(weights, layout.layers[0]!.matrices[1]!.gate);
  close([...gate.subarray(0, 32)], expected.first.gate);
});

test('every tensor is scanned once and nothing is wrong', async () => {
  const events = await eventsOf('deepseek-v3');
  const health = only(events, 'health').map((event): HealthInspection => event.health);
  const { parameters } = await open('deepseek-v3');
  expect(health.reduce((sum, { elements }) => sum + elements, 0)).toBe(parameters.total);
  for (const { nan, infinite, denormal, damaged } of health)
    expect([nan, infinite, denormal, ...damaged]).toEqual([0, 0, 0]);
});

test('an abort stops it where it is and closes the files', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const running = (async () => {
    for await (const { type } of inspectModel([join(fixtures, 'mixtral')], { signal: stop.signal })) {
      seen.push(type);
      if (type === 'router') stop.abort(new Error('enough'));
    }
  })();
  await expect(running).rejects.toThrow('enough');
  expect(seen.filter((type) => type === 'router')).toHaveLength(1);
});
