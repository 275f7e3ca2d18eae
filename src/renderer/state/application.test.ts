import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { configurationFromPreset } from '../../shared/config/presets.ts';
import { LabError } from '../../shared/errors.ts';
import { FakeLab } from '../fake-lab.testing.ts';
import type { Scenario } from '../fake-scenarios.testing.ts';
import type { LabConnection } from '../lab.ts';
import { Application } from './application.svelte.ts';
import { commandsOf, keyFor, placesOf } from './commands.ts';
import { pretendWindow } from './pretended-window.testing.ts';

beforeEach(() => {
  pretendWindow('#/runs');
});
afterEach(() => {
  vi.unstubAllGlobals();
});

type RunCalls = LabConnection['api']['runs'];

/** With other answers to some calls. */
async function opened(scenario: Scenario = 'live', answering: (calls: RunCalls) => Partial<RunCalls> = () => ({})) {
  const lab = new FakeLab(scenario);
  const { runs } = lab.api;
  Object.assign(lab, { api: { ...lab.api, runs: { ...runs, ...answering(runs) } } });
  const application = new Application(lab);
  await application.runs.load();
  const told = () => application.toasts.list.map(({ text }) => text);
  return { lab, application, told };
}

test('an action asks only for the runs that it can be done to', async () => {
  const asked: [string, string[]][] = [];
  const { application } = await opened('live', ({ pause, start }) => ({
    pause: (input) => {
      asked.push(['pause', input.runs]);
      return pause(input);
    },
    start: (input) => {
      asked.push(['start', input.runs]);
      return start(input);
    },
  }));
  const { all } = application.runs;
  const ids = (...of: string[]) => all.filter(({ summary }) => of.includes(summary.status)).map(({ id }) => id);
  const [pausable, startable] = [ids('running', 'queued'), ids('paused')];
  await application.pause(all);
  expect(application.runs.running).toEqual([]);
  await application.start(all.filter(({ id }) => startable.includes(id)));
  expect(application.runs.queue.map(({ id }) => id)).toEqual(startable);
  await application.start(all.filter(({ summary }) => summary.status === 'completed'));
  expect(asked).toEqual([
    ['pause', pausable],
    ['start', startable],
  ]);
});

test('what is removed is no longer selected, and comes back with what is offered', async () => {
  const { application, told } = await opened('demo');
  const some = application.runs.all.slice(0, 2);
  application.select(application.runs.all);
  await application.remove(some);
  expect(told()).toEqual(['Removed 2 runs.']);
  expect([application.runs.all.length, application.selection.length]).toEqual([7, 7]);
  application.toasts.act(application.toasts.undo!);
  await expect.poll(() => application.runs.all).toHaveLength(9);
  expect(application.runs.run(some[0]!.id)).toBeDefined();
});

test('the way back is offered as soon as it is needed, and an answer from before it takes nothing away again', async () => {
  const late = Promise.withResolvers<void>();
  let asked = 0;
  const { application, told } = await opened('demo', ({ list }) => ({
    list: async (input) => {
      const answer = await list(input);
      // The third is that of the removal.
      if (++asked === 3) await late.promise;
      return answer;
    },
  }));
  const [some] = application.runs.all;
  const removed = application.remove([some!]);
  await expect.poll(told).toHaveLength(1);
  application.toasts.act(application.toasts.undo!);
  await expect.poll(() => asked).toBe(4);
  late.resolve();
  await removed;
  expect(application.runs.run(some!.id)).toBeDefined();
});

test('an experiment goes with its runs', async () => {
  const { application, told } = await opened('demo');
  await application.removeExperiment(application.runs.experiments[0]!);
  expect([application.runs.experiments.length, application.runs.all.length]).toEqual([0, 0]);
  expect(told()).toEqual(['Removed the experiment “nano, three objectives”.']);
});

test('a failure is told in the lab’s words, once', async () => {
  const refused = new LabError('request', 'It is busy.', { remedy: 'Wait.' });
  const { application } = await opened('demo', () => ({ rename: () => Promise.reject(refused) }));
  const [run] = application.runs.all;
  expect(await application.rename(run!, 'other')).toBe(false);
  expect(await application.rename(run!, 'other')).toBe(false);
  expect(application.toasts.list).toMatchObject([{ text: 'It is busy.', remedy: 'Wait.', failed: true }]);
});

test('dropped files are taken for what they are', async () => {
  const { application, told } = await opened('demo');
  const { navigation } = application;
  const configuration = configurationFromPreset('micro', { corpus: 'text', name: 'seven' });
  application.take({ kind: 'configuration', value: configuration, name: 'run.json' } as never);
  expect([navigation.screen, application.draft.preset]).toEqual(['new', 'micro']);
  application.take({ kind: 'import', path: '/results/curves.csv' } as never);
  expect(application.sheet).toEqual({ kind: 'import', path: '/results/curves.csv' });
  application.take({ kind: 'corpus', paths: [], names: ['a.txt'] } as never);
  expect(application.sheet).toEqual({ kind: 'add-corpus', paths: [] });
  expect(told().at(-1)).toMatch(/^A page in a browser is not told where a file lies/);
  application.take({ kind: 'nothing', message: 'That is a picture.' } as never);
  expect(told().at(-1)).toBe('That is a picture.');
});

test('what is noticed of a run is told with its name and leads to it', async () => {
  const { lab, application, told } = await opened();
  lab.alarm();
  await expect.poll(() => told()).toHaveLength(1);
  const [run] = application.runs.running;
  expect(told()[0]).toContain(`“${run!.summary.name}”`);
  application.toasts.act(application.toasts.list[0]!);
  expect(application.sheet).toEqual({ kind: 'run', run: run!.id });
});

test('runs are looked at side by side at an address of their own', async () => {
  const { application } = await opened('demo');
  const runs = application.runs.all.slice(0, 2);
  for (const screen of ['compare', 'prune', 'report', 'analyse'] as const) application[screen](runs);
  expect(application.navigation.screen).toBe('analysis');
  expect(application.navigation.parameters.get('runs')).toBe(runs.map(({ id }) => id).join(','));
});

test('over a sheet no key does anything but the palette’s', async () => {
  const { application } = await opened('demo');
  const press = (key: string, ctrlKey = false) => {
    const event = { key, ctrlKey, metaKey: false, altKey: false, shiftKey: false, target: null };
    keyFor(event, commandsOf(application), application.sheet !== null)?.run();
    return application.sheet?.kind ?? null;
  };
  expect(press('?')).toBe('shortcuts');
  application.open({ kind: 'import', path: '' });
  expect(press('?')).toBe('import');
  expect(press('k', true)).toBe('palette');
  application.close();
  expect(press('?')).toBe('shortcuts');
});

test('keys are told of before there is anything to press them for, and offered only then', async () => {
  const { application } = await opened('demo');
  const idsOf = (all?: boolean) => commandsOf(application, all).map(({ id }) => id);
  const ofSelected = ['runs.compare', 'runs.rename', 'runs.remove', 'undo'];
  expect(idsOf()).not.toEqual(expect.arrayContaining(ofSelected));
  expect(idsOf(true)).toEqual(expect.arrayContaining(ofSelected));
  application.select(application.runs.all.slice(0, 1));
  expect(idsOf()).toEqual(expect.arrayContaining(ofSelected.slice(0, 3)));
});

test('the palette leads to every experiment and run by its name', async () => {
  const { application } = await opened('demo');
  const { runs, navigation } = application;
  const [run, experiment] = [runs.all[1]!, runs.experiments[0]!];
  const place = (label: string) => placesOf(application).find((one) => one.label.startsWith(label))!;
  place(`Run: ${run.summary.name}, of `).run();
  expect(application.sheet).toEqual({ kind: 'run', run: run.id });
  place(`Experiment: ${experiment.name}`).run();
  expect(navigation.parameters.get('experiment')).toBe(experiment.id);
  expect(placesOf(application)).toHaveLength(runs.all.length + runs.experiments.length);
});
