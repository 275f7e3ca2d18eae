// What each pretended lab has in it.
import type { RunStatus } from '../shared/api.ts';
import type { FakeRecords } from './fake-records.testing.ts';

export type Scenario =
  | 'demo'
  | 'empty'
  | 'live'
  | 'failed'
  | 'mixed'
  | 'thousand'
  | 'hostile'
  | 'lost'
  | 'refused'
  | 'recovered'
  | 'full'
  | 'million';

export function fillRecords(records: FakeRecords, scenario: Scenario): void {
  if (scenario === 'empty') return;
  const live = scenario === 'live';
  const main = records.addExperiment('nano, three objectives');
  const statuses = (index: number): [RunStatus, number] => {
    if (!live) return ['completed', 1];
    return index < 3
      ? ['completed', 1]
      : index === 3
        ? ['running', 0.42]
        : index === 4
          ? ['paused', 0.3]
          : ['queued', 0];
  };
  let index = 0;
  for (const seed of [0, 1, 2]) {
    for (const objective of ['none', 'lbl-sequence', 'simbal'])
      records.addRun(main, objective, seed, ...statuses(index++));
  }
  if (scenario === 'failed') {
    const broken = records.addExperiment('high learning rate');
    const run = records.addRun(broken, 'simbal', 0, 'failed', 0.4);
    records.fail(run, {
      code: 'not-finite',
      what: 'The loss of step 121 is NaN; the step was not applied.',
      safe: 'The checkpoint of step 100 and the metrics up to step 120 are safe.',
      action:
        'Go on from step 100 with a lower training.learningRate or training.clip: as it is, it would fail at the same step again.',
      checkpoint: 100,
      damaged: null,
    });
    records.addRun(broken, 'none', 0, 'stopped', 0.2);
    records.alarm(run, 120);
  }
  if (scenario === 'mixed') {
    const mixed = records.addExperiment('what goes wrong');
    const dense = records.addRun(mixed, 'none', 0, 'completed', 1);
    dense.summary.configuration.model.kind = 'dense';
    const diverged = records.addRun(mixed, 'simbal', 0, 'failed', 0.5);
    diverged.diverges = 0.3;
    diverged.summary.message = 'The loss of step 151 is not a number; the run stopped before the update.';
    records.alarm(diverged, 150);
    records.addRun(mixed, 'lbl-sequence', 0, 'completed', 1).sparse = true;
    records.addRun(mixed, 'loss-free-bias', 0, 'queued', 0);
  }
  if (scenario === 'recovered') {
    const left = records.addExperiment('over the weekend');
    for (const objective of ['none', 'simbal', 'lbl-sequence']) {
      const run = records.addRun(left, objective, 0, 'paused', 0.45);
      run.summary.interrupted = true;
      run.summary.message =
        'The lab ended while this run was running at step 135; it can go on from the checkpoint of step 100.';
    }
  }
  if (scenario === 'full') {
    const full = records.addExperiment('on a small disk');
    records.addRun(full, 'simbal', 0, 'running', 0.4).summary.waiting =
      'The disk is full: /home/ada/.simbal/lab.sqlite could not grow; nothing was written. Free some space. Training waits.';
    records.addRun(full, 'none', 0, 'queued', 0);
    const broken = records.addRun(full, 'lbl-sequence', 0, 'failed', 0.6);
    records.fail(broken, {
      code: 'checkpoint',
      what: 'The checkpoint of step 150 cannot be gone on from, in model.safetensors: its bytes are not those that were written.',
      safe: 'The metrics are safe, but the run cannot go on from its checkpoint of step 150. That of step 100 is there.',
      action: 'Fork the run at step 100.',
      checkpoint: 100,
      damaged: 150,
    });
  }
  if (live) records.alarm([...records.runs.values()][3]!, 120);
  if (scenario === 'hostile') {
    const hostile = records.addExperiment(`<script>alert(1)</script>\u202Eevil ${'long '.repeat(2000)}`);
    hostile.tags.push('<b>tag</b>', '=HYPERLINK("x")');
    const run = records.addRun(hostile, 'simbal', 0, 'failed', 0.3);
    run.summary.name = `"><img src=x onerror=alert(1)>\u202E${'name'.repeat(2400)}`;
    run.summary.message = `${'reason '.repeat(500)}<script>`;
    records.addRun(hostile, 'lbl-sequence', 9007199254740991, 'completed', 1).summary.name = 'W'.repeat(10_000);
  }
  if (scenario === 'thousand') {
    for (let many = 0; many < 56; many += 1) {
      const experiment = records.addExperiment(`sweep ${many + 1}`);
      for (const seed of [0, 1, 2]) {
        for (const objective of [
          'none',
          'lbl-sequence',
          'simbal',
          'loss-free-bias',
          'simbal,lbl-sequence',
          'router-z',
        ]) {
          records.addRun(experiment, objective, seed, many === 55 ? 'queued' : 'completed', many === 55 ? 0 : 1);
        }
      }
    }
  }
  if (scenario === 'million') {
    const experiment = records.addExperiment('a million steps');
    for (let seed = 0; seed < 20; seed += 1)
      records.addRun(experiment, ['simbal', 'lbl-sequence'][seed % 2]!, seed >> 1, 'completed', 1, 1_000_000);
  }
  let position = 0;
  for (const run of records.runs.values()) if (run.summary.status === 'queued') run.summary.queuePosition = position++;
}
