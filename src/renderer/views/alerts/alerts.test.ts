import { expect, test } from 'vitest';
import type { ComparedRun } from '../../../shared/comparison.ts';
import { configurationFromPreset } from '../../../shared/config/index.ts';
import { fakeAlert } from '../../fake-alerts.testing.ts';
import { groupRuns } from '../../state/groups.ts';
import { alertFlags } from './alert-flags.ts';
import { alertsTitle, measuredText } from './words.ts';

test('what a run was noticed for, in words', () => {
  const alerts = [fakeAlert(1200), fakeAlert(1300, { detector: 'collapse' })];
  expect(alertsTitle(alerts)).toBe('2 alerts: Loss spike at step 1 200, Routing collapses at step 1 300');
  expect(alertsTitle([1, 2, 3, 4, 5, 6].map((step) => fakeAlert(step)))).toMatch(
    /^6 alerts: Loss spike at step 3.* and 2 earlier$/,
  );
  expect(measuredText({ value: 4.9126, threshold: 2.8 })).toBe('measured 4.913, threshold 2.800');
  expect(measuredText({ value: 5, threshold: 1 })).toBe('measured 5, threshold 1');
  expect(measuredText({ value: null, threshold: null })).toBe('');
});

test('flags lie where their step does on the x-axis, and open their run', () => {
  const configuration = configurationFromPreset('nano', {
    corpus: 'c',
    training: { batch: 2 },
    model: { context: 50 },
  });
  const run = {
    id: 'r',
    name: 'r',
    experiment: 'e',
    configuration,
    course: [] as ComparedRun['course'],
    objective: 'LBL',
    objectiveKey: 'l',
    colour: 'orange',
  };
  const opened: string[] = [];
  const flags = alertFlags(groupRuns([run as ComparedRun], 'seeds'), {
    alerts: () => [{ ...fakeAlert(5, { severity: 'critical' }), run: 'r', created: '' }],
    evaluations: () => [{ step: 10, tokens: 1000, seconds: 60 }],
    placesOf: () => (moment) => moment.tokens + moment.seconds / 100,
    open: (id) => opened.push(id),
  });
  expect(flags).toMatchObject([{ label: 'LBL: Loss spike at step 5', critical: true }]);
  expect(flags[0]!.x).toBeCloseTo(500.3, 10);
  flags[0]!.open();
  expect(opened).toEqual(['r']);
});
