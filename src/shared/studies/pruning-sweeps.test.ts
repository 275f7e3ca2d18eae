import { expect, test } from 'vitest';
import { configurationFromPreset } from '../config/presets.ts';
import { lossChange } from './loss-change.ts';
import { type PruningPart, pruningRequestSchema } from './pruning.ts';
import { pruningKey } from './pruning-key.ts';
import { speedRatio } from './pruning-speed.ts';
import { layerByLayer, sweptDrops, sweptRatios } from './pruning-sweeps.ts';

const model = (experts: number, active: number) =>
  configurationFromPreset('nano', { corpus: 'text', model: { experts, active } }).model;

test('sweeps go as far as the experts do', () => {
  expect(sweptDrops(model(32, 4))).toEqual([0, 1, 2, 4]);
  expect(sweptDrops(model(4, 2))).toEqual([0, 1, 2]);
  expect(sweptRatios(model(32, 4))).toEqual([0.125, 0.25, 0.5, 0.75]);
  // Of four an eighth rounds to one, as a quarter is.
  expect(sweptRatios(model(4, 2))).toEqual([0.125, 0.5, 0.75]);
  expect(sweptRatios(model(2, 1))).toEqual([0.25]);
});

test('layer by layer goes what drops something and is not taken from all layers together', () => {
  const { layers, active } = model(8, 2);
  const settings = pruningRequestSchema.parse({
    kind: 'pruning',
    run: 'r',
    step: 1,
    settings: [
      { method: 'none' },
      { method: 'drop-top', experts: 0 },
      { method: 'drop-top', experts: 1 },
      { method: 'threshold', threshold: 0 },
      { method: 'fewer-active', active },
      { method: 'dynamic', share: 1 },
      { method: 'remove', criterion: 'reap', ratio: 0.5, scope: 'global' },
      { method: 'merge', similarity: 'router-similarity', ratio: 0.5 },
    ],
  }).settings;
  const single = layerByLayer(settings, model(8, 2));
  expect(single.map(pruningKey)).toEqual(
    ['drop-top 1', 'merge router-similarity 0.5'].flatMap((name) =>
      Array.from({ length: layers }, (_, layer) => `${name} in layer ${layer} alone`),
    ),
  );
});

test('a ratio is of passes beside each other, or between the bounds of two spreads', () => {
  const [tokensPerSecond, unpruned] = [
    { median: 30, low: 20, high: 40 },
    { median: 20, low: 10, high: 25 },
  ];
  expect(speedRatio({ batch: 1, tokensPerSecond, unpruned })).toEqual({ median: 1.5, low: 0.8, high: 4 });
  const ratio = { median: 1.4, low: 1.3, high: 1.6 };
  expect(speedRatio({ batch: 1, tokensPerSecond, unpruned, ratio })).toEqual(ratio);
});

test('the change of the loss is over blocks, and only over the same ones', () => {
  const part = (...blocks: number[]) => ({ blocks: Float64Array.from(blocks) }) as PruningPart;
  expect(lossChange(part(3, 5, 4), part(1, 3, 2))).toMatchObject({ count: 3, mean: 2, deviation: 0, sign: 'higher' });
  expect(lossChange(part(3, 1), part(1, 3))).toMatchObject({ mean: 0, sign: 'unclear' });
  expect(lossChange(part(3, 5), part(1, 3, 2))).toBeNull();
});
