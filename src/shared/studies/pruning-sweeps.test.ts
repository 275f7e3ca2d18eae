import { expect, test } from 'vitest';
import { configurationFromPreset } from '../config/presets.ts';
import { lossChange } from './loss-change.ts';
import type { PruningPart } from './pruning.ts';
import { sweptDrops, sweptRatios } from './pruning-sweeps.ts';

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

test('the change of the loss is over blocks, and only over the same ones', () => {
  const part = (...blocks: number[]) => ({ blocks: Float64Array.from(blocks) }) as PruningPart;
  expect(lossChange(part(3, 5, 4), part(1, 3, 2))).toMatchObject({ count: 3, mean: 2, deviation: 0, sign: 'higher' });
  expect(lossChange(part(3, 1), part(1, 3))).toMatchObject({ mean: 0, sign: 'unclear' });
  expect(lossChange(part(3, 5), part(1, 3, 2))).toBeNull();
});
