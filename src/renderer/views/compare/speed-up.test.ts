import { expect, test } from 'vitest';
import type { ComparedRun } from '../../../shared/comparison.ts';
import type { LossPoint } from '../../../shared/speed-up/index.ts';
import type { RunGroup } from '../../state/groups.ts';
import { groupSpeedUps, type SpeedUpOptions } from './speed-up.ts';

const curves: Record<string, LossPoint[]> = {};

/** A group of runs of seeds 0, 1 …, each with its losses at 0, 100 and 200 tokens. */
function group(key: string, ...all: number[][]): RunGroup<ComparedRun> {
  const runs = all.map((losses, seed) => {
    const id = `${key} ${seed}`;
    curves[id] = losses.map((loss, index) => ({ loss, tokens: 100 * index, seconds: 300 * index }));
    const configuration = { model: {}, objective: [key], seeds: { init: seed, data: seed } };
    return { run: { id, configuration, course: [], start: null } as unknown as ComparedRun, label: id, colour: 'red' };
  });
  return { key, label: key, colour: 'red', runs };
}
const of = (groups: RunGroup<ComparedRun>[], options: Partial<SpeedUpOptions> = {}) =>
  groupSpeedUps(groups, groups[0]!, {
    points: ({ id }) => curves[id]!,
    cost: 'tokenRatio',
    reading: 'raw',
    traces: true,
    ...options,
  });

const slow = [9, 5, 4];
const fast = [9, 4, 3];

test('one pair is its curve, and a mark at the baseline’s final loss', () => {
  const [only] = of([group('lbl', slow), group('simbal', fast)]);
  expect(only!.series.map(({ id, points }) => [id, points.at(-1)])).toEqual([
    ['simbal', [-4, 0.5]],
    ['simbal final', [-4, 0.5]],
  ]);
  expect(only).toMatchObject({ pairs: 1, paired: true, final: { reached: 1 } });
});

test('several pairs are a mean with traces behind, and an interval from three on', () => {
  const both = [group('lbl', slow, slow, slow), group('simbal', fast, slow, fast)];
  const [{ series, pairs }] = of(both) as [ReturnType<typeof of>[number]];
  expect(pairs).toBe(3);
  expect(series.map(({ look }) => look)).toEqual(['faint', 'faint', 'faint', undefined, undefined]);
  expect(series[3]!.points.at(-1)).toEqual([-4, expect.closeTo(2 / 3, 12)]);
  expect(series[3]!.band!.length).toBe(series[3]!.points.length);
  expect(of([group('lbl', slow, slow), group('simbal', fast, fast)])[0]!.series.at(-2)!.band).toBeUndefined();
  expect(of(both, { traces: false })[0]!.series).toHaveLength(2);
});

test('not reached: a curve that ends, and no mark', () => {
  const [only] = of([group('lbl', fast), group('simbal', slow)]);
  expect(only!.final).toMatchObject({ reached: 0, tokenRatio: null });
  expect(only!.series.map(({ id }) => id)).toEqual(['simbal']);
});

test('the last loss of a run at work is not a final one: complete pairs alone count where there are some', () => {
  const both = [group('lbl', slow, [9, 8]), group('simbal', fast, [9, 8.5])];
  for (const { runs } of both) runs[0]!.run.status = 'completed';
  expect(of(both)[0]).toMatchObject({ pairs: 1, final: { loss: 4, reached: 1, tokenRatio: { mean: 0.5 } } });
});

test('without a pair of seeds one of different seeds stands in, and says so', () => {
  const other = group('simbal', fast);
  other.runs[0]!.run.configuration.seeds.init = 7;
  expect(of([group('lbl', slow), other])[0]).toMatchObject({ paired: false, pairs: 1 });
});
