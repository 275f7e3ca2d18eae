import { expect, test } from 'vitest';
import type { StudyRow } from '../../shared/api.ts';
import { configurationFromPreset } from '../../shared/config/presets.ts';
import { pretendedParts } from '../../shared/studies/pretended-parts.testing.ts';
import { type PruningPart, type PruningSettingInput, pruningRequestSchema } from '../../shared/studies/pruning.ts';
import { groupRuns } from './groups.ts';
import { acrossSeeds } from './pruning-across.ts';
import { dropCurve, measuredRemovals, randomCurves, staticCurves } from './pruning-curves.ts';
import { keptCounts, layerSensitivity, movedShares, usedCounts } from './pruning-layers.ts';
import {
  type MeasuredSetting,
  measuredBatches,
  measuredGroups,
  measuredSettings,
  type PrunedRun,
  type PrunedStudy,
  riseOf,
  sampleSizes,
} from './pruning-results.ts';
import { bargains, tradePoints, within } from './pruning-trade.ts';

const model = { layers: 2, experts: 4, active: 2, width: 16 };
const drops: PruningSettingInput[] = [
  { method: 'drop-top', experts: 1 },
  { method: 'drop-top', experts: 2 },
];
const every: PruningSettingInput[] = [
  ...drops,
  { method: 'threshold', threshold: 0.1 },
  { method: 'remove', criterion: 'reap', ratio: 0.25 },
  { method: 'remove', criterion: 'reap', ratio: 0.5 },
  { method: 'remove', criterion: 'reap', ratio: 0.5, reversed: true },
  { method: 'remove', criterion: 'random', ratio: 0.5 },
  { method: 'remove', criterion: 'random', ratio: 0.5, draw: 1 },
  { method: 'merge', similarity: 'router-similarity', ratio: 0.5 },
];

function studied(id: string, run: string, settings: PruningSettingInput[], more: object = {}): PrunedStudy {
  const request = pruningRequestSchema.parse({ kind: 'pruning', run, step: 10, settings, tokens: 64, ...more });
  const parts = pretendedParts(request, model).map(({ result }) => result as PruningPart);
  return { study: { id, run, request } as StudyRow, parts };
}

test('each setting once, from the newest study that has it, beside its own unpruned model', () => {
  const [newest, older] = [studied('2', 'a', drops), studied('1', 'a', every)];
  newest.parts[0]!.loss = 1;
  const found = measuredSettings([newest, older], 10, 64);
  expect(found.map(({ name }) => name).slice(0, 4)).toEqual(['unpruned', 'drop-top 1', 'drop-top 2', 'threshold 0.1']);
  expect(found[1]!.unpruned).toBe(newest.parts[0]);
  expect(found[3]!.unpruned).toBe(older.parts[0]);
  expect(found[0]!.change).toBeNull();
  expect(found[3]!.change).toMatchObject({ count: 16, sign: 'higher' });
  expect(riseOf(found[1]!)).toBeCloseTo(found[1]!.part.loss - 1, 12);
});

test('other checkpoints, other tokens, and studies whose unpruned model is not there yet are left out', () => {
  const begun = { ...studied('3', 'a', every), parts: [] };
  const other = studied('2', 'a', drops, { tokens: 128 });
  expect(measuredSettings([begun, other, studied('1', 'a', drops, { step: 20 })], 10, 64)).toEqual([]);
  expect(sampleSizes([studied('1', 'a', drops), other])).toEqual([128, 64]);
});

function run(objective: 'simbal' | 'lbl-sequence', seed: number): PrunedRun {
  const configuration = configurationFromPreset('nano', {
    corpus: 'text',
    objective: [{ kind: objective }],
    seeds: { init: seed, data: seed },
  });
  return {
    id: `${objective} ${seed}`,
    name: '',
    experiment: '',
    configuration,
    course: [],
    objective: objective === 'simbal' ? 'SimBal' : 'LBL',
    objectiveKey: objective,
    colour: objective === 'simbal' ? 'blue' : 'orange',
    start: { dataHash: 'text' },
  };
}
const runs = [0, 1, 2].flatMap((seed) => [run('lbl-sequence', seed), run('simbal', seed)]);
const groupsOf = (change: (part: PruningPart, run: string) => void = () => {}, settings = every) =>
  measuredGroups(groupRuns(runs, 'seeds'), (id) => {
    const study = studied('1', id, settings);
    for (const part of study.parts) change(part, id);
    return measuredSettings([study], 10, 64);
  });

test('points: a mask has no speed, whatever is asked of it', () => {
  const groups = groupsOf();
  expect(measuredBatches(groups)).toEqual([1, 8]);
  for (const axis of ['speed', 'ratio', 'bytes', 'flops'] as const) {
    const points = tradePoints(groups, axis, 8);
    expect(points.length).toBe(6 * 10);
    for (const { name, x } of points) expect([name, x === null]).toEqual([name, name.startsWith('drop-top')]);
  }
  expect(tradePoints(groups, 'speed', 3).every(({ x }) => x === null)).toBe(true);
  expect(tradePoints(groups, 'ratio', 1)[0]).toMatchObject({ name: 'unpruned', x: 1, label: 'LBL, seed 0' });
});

test('what dropping buys, only where the clocks can tell', () => {
  const speeds = (median: number, spread: number) => ({ median, low: median - spread, high: median + spread });
  const timed = (faster: number, spread: number) =>
    groupsOf((part) => {
      if (part.setting.method !== 'threshold') {
        part.throughput = null;
        return;
      }
      part.loss = part.setting.threshold;
      part.throughput = [{ batch: 8, tokensPerSecond: speeds(100 * faster, spread), unpruned: speeds(100, spread) }];
    });
  const said = (groups: ReturnType<typeof timed>, most: number) => bargains(groups, 8, most)[1]!.sentence;
  expect(said(timed(1.5, 2), 1)).toMatch(/^threshold 0\.1 gives 1\.50× the speed at a batch of 8 for −\d\.\d+ ± \d/);
  expect(said(timed(1.5, 40), 1)).toMatch(/^No setting within 1\.0 nats is clearly faster.*1\.50×/);
  expect(said(timed(0.9, 1), 1)).toMatch(/^No setting/);
  expect(said(timed(1.5, 2), -10)).toContain('costs more than');
  expect(bargains(groupsOf(), 3, 1)[0]!.sentence).toBe('No setting was timed at a batch of 3.');
});

test('across objectives, the rise of the loss is paired by seed', () => {
  const shift = [0.1, 0.12, 0.11];
  const groups = groupsOf((part, id) => {
    part.loss = part.setting.method === 'none' ? Number(id.at(-1)) : 3 + Number(id.at(-1));
    if (part.setting.method !== 'none' && id.startsWith('simbal')) part.loss -= shift[Number(id.at(-1))]!;
  }, drops);
  const across = acrossSeeds(groups, groups[0]!.key);
  expect(across.map(({ setting, group }) => [setting, group])).toEqual([
    ['drop-top 1', 'SimBal'],
    ['drop-top 2', 'SimBal'],
  ]);
  expect(across[0]!.difference).toMatchObject({ count: 3, mean: expect.closeTo(-0.11, 10), sign: 'lower' });
  expect(across[0]!.sentence).toMatch(/^SimBal is better than LBL by 0\.110 ± 0\.025 nats over 3 paired seeds/);
  expect(acrossSeeds(groups, 'none of them')).toEqual([]);
  const asked = acrossSeeds(groupsOf(), groups[0]!.key).map(({ setting }) => setting);
  expect(asked.filter((setting) => /reversed|random|unpruned/.test(setting))).toEqual([]);
  expect(asked).toHaveLength(6);
});

test('settings that drop nothing are no comparisons', () => {
  const { active } = runs[0]!.configuration.model;
  const idle: PruningSettingInput[] = [
    { method: 'none' },
    { method: 'fewer-active', active, renormalise: false },
    { method: 'dynamic', share: 1, renormalise: false },
    { method: 'fewer-active', active: active - 1, renormalise: false },
  ];
  const groups = groupsOf(undefined, idle);
  expect(acrossSeeds(groups, groups[0]!.key).map(({ setting }) => setting)).toEqual([`fewer-active ${active - 1}`]);
});

test('curves begin at the unpruned model', () => {
  const settings = groupsOf()[0]!.runs[0]!.settings;
  const at = (curve: readonly (readonly [number, number])[]) => curve.map(([x]) => x);
  expect(at(dropCurve(settings, 'loss', false))).toEqual([0, 1, 2]);
  expect(dropCurve(settings, 'rise', false)[0]).toEqual([0, 0]);
  expect(dropCurve(settings, 'loss', true)).toEqual([]);
  expect(measuredRemovals(groupsOf(), 'layer')).toEqual([
    { method: 'remove', criterion: 'reap' },
    { method: 'merge', criterion: 'router-similarity' },
  ]);
  expect(measuredRemovals(groupsOf(), 'global')).toEqual([]);
  const reap = staticCurves(settings, 'rise', { method: 'remove', criterion: 'reap' }, 'layer');
  expect([at(reap.kept), at(reap.reversed)]).toEqual([
    [0, 0.25, 0.5],
    [0, 0.5],
  ]);
  expect(randomCurves(settings, 'rise', 'layer').map(at)).toEqual([
    [0, 0.5],
    [0, 0.5],
  ]);
  expect(randomCurves(settings, 'rise', 'global')).toEqual([]);
});

test('a layer alone has its own curve, and a place in no other and in no comparison', () => {
  const inAll = groupsOf();
  const single = groupsOf(undefined, [
    ...every,
    ...[1, 0].flatMap((layer) => every.map((setting) => ({ ...setting, layer }) as PruningSettingInput)),
  ]);
  const [settings, expected] = [single, inAll].map((groups) => groups[0]!.runs[0]!.settings) as [
    MeasuredSetting[],
    MeasuredSetting[],
  ];
  const curves = layerSensitivity(settings);
  expect([...curves.keys()]).toEqual(expected.map(({ name }) => name).filter((name) => name !== 'unpruned'));
  const riseAt = (name: string) => riseOf(settings.find((one) => one.name === name)!);
  expect(curves.get('drop-top 2')).toEqual([
    [0, riseAt('drop-top 2 in layer 0 alone')],
    [1, riseAt('drop-top 2 in layer 1 alone')],
  ]);
  expect(dropCurve(settings, 'loss', false)).toEqual(dropCurve(expected, 'loss', false));
  const reap = { method: 'remove', criterion: 'reap' } as const;
  expect(staticCurves(settings, 'rise', reap, 'layer')).toEqual(staticCurves(expected, 'rise', reap, 'layer'));
  expect(randomCurves(settings, 'rise', 'layer')).toEqual(randomCurves(expected, 'rise', 'layer'));
  expect(acrossSeeds(single, single[0]!.key)).toEqual(acrossSeeds(inAll, inAll[0]!.key));
  expect(layerSensitivity(expected)).toEqual(new Map());
});

test('layers: what stays, what is used, and what moved', () => {
  const part = (counts: number[], kept: number[][] | null = null) =>
    ({ counts: Float64Array.from(counts), layers: 2, experts: 3, kept }) as PruningPart;
  const unpruned = part([2, 2, 0, 1, 1, 2]);
  const pruned = part([8, 0, 0, 2, 2, 4], [[0], [0, 1, 2]]);
  expect([keptCounts(unpruned), keptCounts(pruned)]).toEqual([
    [3, 3],
    [1, 3],
  ]);
  expect([usedCounts(unpruned), usedCounts(pruned)]).toEqual([
    [2, 3],
    [1, 3],
  ]);
  expect(movedShares(pruned, unpruned)).toEqual([0.5, 0]);
});

test('what is far above the best is left out, and counted', () => {
  const points = [{ y: 2 }, { y: 3 }, { y: 4 }, { y: 4.1 }];
  expect(within(points, 2)).toEqual({ shown: points.slice(0, 3), above: 1 });
  expect(within(points, Number.POSITIVE_INFINITY).above).toBe(0);
  expect(within([], 2)).toEqual({ shown: [], above: 0 });
});
