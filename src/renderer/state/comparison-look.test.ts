import { expect, test } from 'vitest';
import { FakeLab } from '../fake-lab.testing.ts';
import { Comparison } from './comparison.svelte.ts';
import { lookOf, usualLook } from './comparison-look.ts';

test('a comparison looks as the one before it was left', () => {
  const lab = new FakeLab('demo');
  const before = new Comparison({ lab });
  before.xAxis = 'flops';
  before.grouping = 'none';
  before.smoothing = 0.01;
  before.logarithmic = false;
  before.traces = false;
  const after = new Comparison({ lab }, lookOf(JSON.stringify(before.look)));
  expect(after.look).toEqual({ xAxis: 'flops', grouping: 'none', smoothing: 0.01, logarithmic: false, traces: false });
});

test('what was kept and means nothing leaves the rest as it is', () => {
  for (const stored of [null, '', 'null', '[1]', '{', '"x"']) expect(lookOf(stored), String(stored)).toEqual(usualLook);
  expect(lookOf('{"xAxis":"moons","smoothing":9,"traces":false}')).toEqual({ ...usualLook, traces: false });
});
