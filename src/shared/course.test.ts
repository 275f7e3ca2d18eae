// What a forked run was trained with before, and which runs it may be taken together with.
import { expect, test } from 'vitest';
import { configurationFromPreset, type RunConfiguration } from './config/index.ts';
import { courseOf, objectiveOf } from './course.ts';
import type { RunRow } from './records.ts';
import { groupKey, pairKey } from './statistics/index.ts';

type Node = Pick<RunRow, 'configuration' | 'parent'>;

const configured = (kind: 'simbal' | 'lbl-sequence', { seed = 0, steps = 300 } = {}): RunConfiguration =>
  configurationFromPreset('nano', {
    corpus: 'text',
    objective: [{ kind }],
    seeds: { init: seed, data: seed },
    training: { steps },
    model: { routerInit: 'normal' },
  });

function trained(runs: Record<string, Node>, id: string) {
  const get = (run: string) => runs[run]!;
  const { configuration } = get(id);
  return { configuration, course: courseOf(get(id), get), start: { dataHash: 'd' } };
}

const runs: Record<string, Node> = {
  lbl: { configuration: configured('lbl-sequence'), parent: null },
  simbal: { configuration: configured('simbal'), parent: null },
  again: { configuration: configured('lbl-sequence'), parent: { run: 'lbl', step: 100 } },
  switched: { configuration: configured('simbal'), parent: { run: 'lbl', step: 100 } },
  seed1: { configuration: configured('lbl-sequence', { seed: 1 }), parent: null },
  switched1: { configuration: configured('simbal', { seed: 1 }), parent: { run: 'seed1', step: 100 } },
  later: { configuration: configured('simbal'), parent: { run: 'lbl', step: 200 } },
  back: { configuration: configured('lbl-sequence'), parent: { run: 'switched', step: 150 } },
  /** From a checkpoint that the origin had inherited, before its own change. */
  early: { configuration: configured('lbl-sequence'), parent: { run: 'switched', step: 100 } },
  imported: { configuration: configured('simbal'), parent: { run: 'lbl', step: 0 } },
  longer: { configuration: configured('lbl-sequence', { steps: 600 }), parent: { run: 'lbl', step: 300 } },
  reseeded: { configuration: configured('lbl-sequence', { seed: 1 }), parent: { run: 'lbl', step: 100 } },
  reseeded2: { configuration: configured('lbl-sequence', { seed: 2 }), parent: { run: 'lbl', step: 100 } },
  reseededSwitched: { configuration: configured('simbal', { seed: 1 }), parent: { run: 'lbl', step: 100 } },
  circle: { configuration: configured('simbal'), parent: { run: 'circled', step: 5 } },
  circled: { configuration: configured('lbl-sequence'), parent: { run: 'circle', step: 9 } },
};

test.each([
  ['lbl', [], 'LBL', 'lbl-sequence'],
  ['again', [], 'LBL', 'lbl-sequence'],
  ['switched', [100], 'LBL until step 100, then SimBal', 'changed: lbl-sequence until step 100, then simbal'],
  ['back', [100, 150], 'LBL until step 100, then SimBal until step 150, then LBL', expect.any(String)],
  ['early', [], 'LBL', 'lbl-sequence'],
  ['imported', [], 'SimBal', 'simbal'],
  ['longer', [300], 'LBL', 'lbl-sequence'],
  ['reseeded', [100], 'LBL', 'lbl-sequence'],
  ['circle', [], 'SimBal', 'simbal'],
])('%s', (id, until, label, key) => {
  const run = trained(runs, id);
  expect(run.course.map((leg) => leg.until)).toEqual(until);
  expect(objectiveOf(run)).toMatchObject({ label, key });
});

test('a run that changed midway is a seed of its like alone', () => {
  const key = (id: string) => groupKey(trained(runs, id));
  expect(key('again')).toBe(key('lbl'));
  expect(key('switched')).toBe(key('switched1'));
  for (const other of ['simbal', 'lbl', 'later', 'back']) expect(key('switched')).not.toBe(key(other));
  expect(key('longer')).not.toBe(groupKey({ configuration: configured('lbl-sequence', { steps: 600 }), course: [] }));
});

test('a run whose seeds changed midway is no seed of the others, and makes a pair with one that changed alike', () => {
  const keys = ['seed1', 'reseeded', 'reseeded2'].map((id) => groupKey(trained(runs, id)));
  expect(new Set(keys).size).toBe(3);
  const pair = (id: string) => pairKey(trained(runs, id));
  expect(pair('reseeded')).not.toBe(pair('seed1'));
  expect(pair('reseeded')).toBe(pair('reseededSwitched'));
});

test('pairs differ in what balanced them and when, and in nothing else', () => {
  const key = (id: string) => pairKey(trained(runs, id));
  for (const other of ['simbal', 'lbl', 'later', 'back']) expect(key('switched')).toBe(key(other));
  expect(key('switched')).not.toBe(key('switched1'));
  expect(key('longer')).not.toBe(key('lbl'));
});
