import { describe, expect, test } from 'vitest';
import { configurationFromPreset, type RunConfigurationInput } from '../config/index.ts';
import type { Evaluation } from '../worker-messages.ts';
import { pairedDifference } from './paired-difference.ts';
import { pairedStatistics } from './paired-statistics.ts';
import { baselineOf, type ObservedRun, pairKey, pairsOf, seedGroups, settled } from './pairs.ts';

const simbal = [{ kind: 'simbal' as const }];
const lbl = [{ kind: 'lbl-sequence' as const }];

interface Told {
  seed: number;
  losses: number[];
  status?: ObservedRun['status'];
  dataHash?: string;
  training?: Partial<RunConfigurationInput['training']>;
}

/** Evaluated at steps 0, 100, 200 … */
function run(objective: RunConfigurationInput['objective'], { seed, losses, dataHash, ...told }: Told): ObservedRun {
  const configuration = configurationFromPreset('nano', {
    name: `run ${seed}`,
    corpus: 'text',
    objective,
    seeds: { init: seed, data: seed },
    model: { routerInit: objective.some(({ kind }) => kind === 'simbal') ? 'orthogonal' : 'normal' },
    ...(told.training && { training: told.training }),
  });
  const evaluations = losses.map((loss, index) => ({ step: index * 100, loss }) as unknown as Evaluation);
  const { status = 'completed' } = told;
  const start = { dataHash: dataHash ?? `data ${seed}` };
  return { id: `${objective[0]?.kind ?? 'none'} ${seed}`, configuration, course: [], status, start, evaluations };
}

describe('pairs', () => {
  const pair = (a: ObservedRun, b: ObservedRun) => pairKey(a) === pairKey(b);
  const one = run(simbal, { seed: 1, losses: [] });

  test('differ in objective and router start, names and engine alone', () => {
    const other = run(lbl, { seed: 1, losses: [] });
    other.configuration.engine.threads = 3;
    expect(pair(one, other)).toBe(true);
    expect(pair(one, run(lbl, { seed: 2, losses: [] }))).toBe(false);
    expect(pair(one, run(lbl, { seed: 1, losses: [], training: { learningRate: 0.5 } }))).toBe(false);
  });

  test('saw the same data in the same order', () => {
    expect(pair(one, run(lbl, { seed: 1, losses: [], dataHash: 'another corpus of that name' }))).toBe(false);
  });

  test('take each run once', () => {
    const first = (text: string) => text[0]!;
    expect(pairsOf(['a1', 'a2', 'b1'], ['b3', 'a3', 'b4'], first)).toEqual([
      ['a1', 'a3'],
      ['b1', 'b3'],
    ]);
  });

  test('groups of seeds: the same seed again begins one of its own', () => {
    const runs = [1, 2, 1].map((seed) => run(simbal, { seed, losses: [] }));
    expect(seedGroups([...runs, run(lbl, { seed: 1, losses: [] })]).map((group) => group.length)).toEqual([2, 1, 1]);
  });

  test('the baseline, and the runs that count', () => {
    const keys = (...all: string[]) => baselineOf(all.map((objectiveKey) => ({ objectiveKey })))?.objectiveKey;
    expect(keys('simbal', 'none', 'lbl-sequence')).toBe('lbl-sequence');
    expect(keys('simbal', 'none')).toBe('none');
    expect(keys('simbal', 'router-z')).toBe('simbal');
    expect(keys()).toBeUndefined();
    const progress = (value: number) => value;
    expect(settled([3, 4, 7], (value) => value < 5, progress)).toEqual([3, 4]);
    expect(settled([6, 9, 7], (value) => value < 5, progress)).toEqual([9]);
  });
});

test('a paired t test, against one worked at 25 digits', () => {
  const result = pairedDifference([-0.031, -0.012, -0.025, -0.019, -0.008])!;
  expect(result).toMatchObject({ count: 5, sign: 'lower', mean: expect.closeTo(-0.019, 14) });
  expect(result.deviation).toBeCloseTo(0.00935414346693, 13);
  expect((result.interval!.high - result.interval!.low) / 2).toBeCloseTo(0.0116147031769, 12);
  expect(result.pValue).toBeCloseTo(0.0104821966807, 12);
});

test('one pair has no interval, none has nothing, and equal runs differ by nothing', () => {
  expect(pairedDifference([])).toBeNull();
  expect(pairedDifference([-1])).toMatchObject({ interval: null, pValue: null, sign: 'unclear' });
  expect(pairedDifference([0, 0, 0])).toMatchObject({ pValue: 1, sign: 'unclear' });
  expect(pairedDifference([1, -1, 1, -1])).toMatchObject({ mean: 0, sign: 'unclear' });
});

describe('what is said', () => {
  const group = (key: string, label: string, objective: RunConfigurationInput['objective'], all: Told[]) => ({
    key,
    label,
    runs: all.map((told) => run(objective, told)),
  });
  const losses = (...final: number[]): Told[] => final.map((loss, seed) => ({ seed, losses: [5, loss] }));
  const said = (ours: Told[], theirs: Told[]) =>
    pairedStatistics([group('s', 'SimBal', simbal, ours), group('l', 'LBL', lbl, theirs)], 'l').sentences;

  test('better, only with an interval that excludes zero', () => {
    const differences = [-0.031, -0.012, -0.025, -0.019, -0.008];
    const theirs = losses(3, 3.1, 2.9, 3.2, 3);
    const ours = theirs.map((told, index) => ({ ...told, losses: [5, told.losses[1]! + differences[index]!] }));
    expect(said(ours, theirs)).toEqual([
      'SimBal is better than LBL by 0.019 ± 0.012 nats over 5 paired seeds (95% t interval).',
    ]);
    expect(said(theirs, ours)[0]).toContain('SimBal is worse than LBL by 0.019');
  });

  test('no difference, as plainly', () => {
    expect(said(losses(3.01, 2.99, 3.012), losses(3, 3, 3))).toEqual([
      'SimBal against LBL: no difference that 3 seeds can show (difference 0.004 nats, 95% t interval −0.026 to 0.034).',
    ]);
    expect(said(losses(3, 3), losses(3, 3))[0]).toContain('no difference that 2 seeds can show (difference 0 nats');
  });

  test('one seed says nothing of chance', () => {
    expect(said(losses(2.969), losses(3))).toEqual([
      'SimBal against LBL, one seed only: 0.031 nats lower, nothing can be said of chance.',
    ]);
    expect(said([{ seed: 7, losses: [5, 1] }], losses(3))).toEqual([
      'SimBal against LBL: no seed makes a pair, so nothing can be said of chance.',
    ]);
    expect(said([{ seed: 0, losses: [] }], losses(3))).toEqual([
      'SimBal against LBL: no seed has been measured for both yet.',
    ]);
  });

  test('pairs that all differ by the same have no scatter to write out', () => {
    expect(said(losses(2.9, 3, 2.8), losses(3, 3.1, 2.9))[0]).toBe(
      'SimBal is better than LBL by 0.10 ± 0 nats over 3 paired seeds (95% t interval).',
    );
  });

  test('only complete pairs count; without one, all at the newest step in common', () => {
    const going: Told = { seed: 1, losses: [5, 4, 1], status: 'running' };
    const both = pairedStatistics(
      [group('s', 'SimBal', simbal, [...losses(2), going]), group('l', 'LBL', lbl, losses(3, 3))],
      'l',
    );
    expect(both.comparisons[0]).toMatchObject({
      finished: true,
      pairs: [{ seeds: { init: 0 }, step: 100, difference: -1 }],
    });
    const begun = pairedStatistics(
      [group('s', 'SimBal', simbal, [going]), group('l', 'LBL', lbl, losses(3, 3.5))],
      'l',
    );
    expect(begun.comparisons[0]).toMatchObject({ finished: false, pairs: [{ step: 100, difference: 0.5 }] });
    expect(begun.sentences[0]).toContain('one seed only, so far: 0.50 nats higher');
  });

  test('how many comparisons were made, and Holm’s correction for them', () => {
    const clear = [-0.2, -0.21, -0.19];
    const slight = [-0.05, -0.01, -0.035];
    const theirs = losses(3, 3.1, 2.9);
    const shifted = (by: number[]) => losses(...theirs.map(({ losses }, seed) => losses[1]! + by[seed]!));
    const { sentences, comparisons } = pairedStatistics(
      [
        group('l', 'LBL', lbl, theirs),
        group('s', 'SimBal', simbal, shifted(clear)),
        group('n', 'none', [], shifted([0.05, 0.04, 0.06])),
        group('z', 'router z-loss', [{ kind: 'router-z' }], shifted(slight)),
      ],
      'l',
      { bootstrap: true },
    );
    expect(comparisons.map(({ difference }) => difference!.sign)).toEqual(['lower', 'higher', 'unclear']);
    expect(sentences[1]).toMatch(/^No balancing is worse than LBL by 0\.050/);
    expect(sentences[3]).toBe(
      '3 comparisons were made: 2 find a difference, and after Holm’s correction for so many 2 do.',
    );
    const ps = comparisons.map(({ difference }) => difference!.pValue!);
    expect(comparisons[0]!.holm).toBeCloseTo(3 * ps[0]!, 12);
    expect(comparisons[0]!.bootstrap).toMatchObject({ method: 'bootstrap-percentile' });
  });

  test('an interval that a correction opens again', () => {
    const theirs = losses(3, 3.1, 2.9);
    const shifted = (by: number[]) => losses(...theirs.map(({ losses }, seed) => losses[1]! + by[seed]!));
    const others = [
      [0.1, -0.1, 0.02],
      [0.1, -0.2, 0.02],
      [0.3, -0.1, 0.02],
    ].map((by, index) =>
      group(`o${index}`, `other ${index}`, [{ kind: 'router-z', coefficient: index + 1 }], shifted(by)),
    );
    const { sentences } = pairedStatistics(
      [group('l', 'LBL', lbl, theirs), group('s', 'SimBal', simbal, shifted([-0.05, -0.03, -0.04])), ...others],
      'l',
    );
    expect(sentences[0]).toMatch(/; after Holm’s correction for 4 comparisons it may be chance \(p = 0\.0\d+\)\.$/);
    expect(sentences[4]).toContain('1 finds a difference, and after Holm’s correction for so many none does.');
  });
});
