import { expect, test } from 'vitest';
import type { ComparedRun } from '../../../shared/comparison.ts';
import { configurationFromPreset, objectiveKey, objectiveLabel } from '../../../shared/config/index.ts';
import { comparisonStatistics } from './statistics.ts';

type Kind = 'simbal' | 'lbl-sequence';

/** Evaluated at 0, 100 and 200 tokens. */
function run(kind: Kind, seed: number, losses: number[], status: ComparedRun['status'] = 'completed'): ComparedRun {
  const objective = [{ kind }];
  const seeds = { init: seed, data: seed };
  const configuration = configurationFromPreset('nano', { name: 'run', corpus: 'text', objective, seeds });
  const evaluations = losses.map((loss, index) => ({
    step: 10 * index,
    tokens: 100 * index,
    seconds: index,
    loss,
    perplexity: Math.exp(loss),
  }));
  return {
    id: `${kind} ${seed}`,
    name: `${kind} ${seed}`,
    configuration,
    course: [],
    status,
    start: { dataHash: `data ${seed}` },
    objective: objectiveLabel(objective),
    objectiveKey: objectiveKey(objective),
    evaluations,
    final: evaluations.at(-1) ?? null,
  } as unknown as ComparedRun;
}

test('groups of seeds against LBL: sample, paired difference and speed-up', () => {
  const { groups, baseline, loss, speedUps } = comparisonStatistics([
    run('simbal', 0, [5, 3, 1.9]),
    run('simbal', 1, [5, 2, 1.8]),
    run('simbal', 2, [5, 3], 'running'),
    run('lbl-sequence', 0, [5, 4, 2]),
    run('lbl-sequence', 1, [5, 4, 2]),
  ]);
  expect(baseline).toBe('lbl-sequence 0');
  expect(groups.map(({ label, runs, measured }) => [label, runs.length, measured.length])).toEqual([
    ['SimBal', 3, 2],
    ['LBL', 2, 2],
  ]);
  expect(groups[0]!.loss).toMatchObject({ count: 2, mean: expect.closeTo(1.85, 12) });
  expect(loss!.comparisons).toHaveLength(1);
  expect(loss!.comparisons[0]).toMatchObject({
    pairs: [{ seeds: { init: 0 } }, { seeds: { init: 1 } }],
    finished: true,
  });
  expect(loss!.comparisons[0]!.difference!.mean).toBeCloseTo(-0.15, 12);
  // To loss 2: 100 + 100·(3 − 2)/(3 − 1.9) and 100 of 200 tokens.
  expect(speedUps).toMatchObject([{ group: 'simbal 0', baseline, raw: { pairs: 2 }, isotonic: { pairs: 2 } }]);
  expect(speedUps[0]!.raw.final!.tokenRatio!.mean).toBeCloseTo((0.5 + 0.5 / 1.1 + 0.5) / 2, 12);
});

test('a speed-up is of complete pairs where there are some: the last loss of a run at work is not its final one', () => {
  const complete = [run('simbal', 0, [5, 2, 1.8]), run('lbl-sequence', 0, [5, 4, 2])];
  const open = [run('simbal', 1, [5, 4.5]), run('lbl-sequence', 1, [5, 4], 'failed')];
  const { speedUps } = comparisonStatistics([...complete, ...open]);
  expect(speedUps[0]!.raw).toMatchObject({ pairs: 1, final: { loss: 2, reached: 1, tokenRatio: { mean: 0.5 } } });
  expect(comparisonStatistics(open).speedUps[0]!.raw).toMatchObject({ pairs: 1, final: { loss: 4, reached: 0 } });
});

test('before the first evaluation there are groups and nothing to say', () => {
  expect(comparisonStatistics([run('simbal', 0, [], 'queued')])).toMatchObject({
    groups: [{ label: 'SimBal', loss: null, measured: [] }],
    baseline: null,
    loss: null,
    speedUps: [],
  });
});
