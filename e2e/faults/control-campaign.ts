// Ten small runs that really train, started, paused, stopped, put in another order, forked, and their lab closed and opened,
// all at random from a seed; after each action what must hold is looked at, and each run that came to its end is compared
// with one that nobody touched.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStoreReadOnly } from '../../src/main/store/index.ts';
import type { Api, RunSummary } from '../../src/shared/api.ts';
import { LabError } from '../../src/shared/errors.ts';
import { type ControlledLab, openControlledLab } from './control-watch.ts';
import { examineStore } from './examine.ts';
import { exampleConfiguration, makeHome, temporaryFolder } from './example-home.ts';
import { difference, type KeptRun } from './kept.ts';
import { generator } from './kill-points.ts';
import type { Said } from './started-lab.ts';

export interface ControlOptions {
  /** After so many of either no round begins, and runs are brought to their end. */
  seconds?: number;
  actions?: number;
  seed: number;
  /** Of each round. */
  runs: number;
  /** Of each run. */
  steps: number;
  onAction?: (text: string) => void;
}

export interface ControlResult {
  actions: Record<string, number>;
  /** Actions that the lab refused with a reason, as starting a run that trains. */
  refused: number;
  /** Runs that the rounds began with. */
  runs: number;
  /** Runs that came to their end, forks among them, each equal to the undisturbed one. */
  completed: number;
  forks: number;
  /** Rows that were told of and found again. */
  rows: number;
  /** Resident bytes of the lab, every two seconds, by each time that it was open. */
  memory: number[][];
}

/** Each as often as it stands here. */
const actions = [
  ...['start', 'start', 'start', 'start', 'start', 'start', 'pause', 'pause', 'pause', 'stop', 'end'],
  ...['reorder', 'reorder', 'reorder', 'fork', 'concurrency'],
] as const;
type Action = (typeof actions)[number];

/** Milliseconds between two actions, at most. */
const longestPause = 600;
/** Runs beside those of a round that began. */
const mostForks = 4;

/** @throws Error at the first thing that does not hold */
export async function controlAtRandom(options: ControlOptions): Promise<ControlResult> {
  const { seed, runs, steps, onAction = () => {} } = options;
  const { seconds = Number.POSITIVE_INFINITY, actions: most = Number.POSITIVE_INFINITY } = options;
  const random = generator(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const { folder, remove } = temporaryFolder();
  const home = join(folder, 'home');
  const result: ControlResult = { actions: {}, refused: 0, runs: 0, completed: 0, forks: 0, rows: 0, memory: [] };
  const said = new Map<string, Said[]>();
  let until = Number.POSITIVE_INFINITY;
  const done = () => Object.values(result.actions).reduce((sum, count) => sum + count, 0);
  const over = () => performance.now() > until || done() >= most;
  let did = 'nothing yet';
  let lab: ControlledLab | null = null;

  const hold = (faults: readonly string[]) => {
    if (faults.length > 0) throw new Error([`Seed ${seed}, after ${did}:`, ...faults].join('\n'));
  };
  const count = (what: string) => {
    did = what;
    onAction(what);
    const [kind] = what.split(' ') as [string];
    result.actions[kind] = (result.actions[kind] ?? 0) + 1;
  };
  async function close(opened: ControlledLab): Promise<void> {
    lab = null;
    const faults = await opened.close();
    result.memory.push([...opened.memory]);
    for (const [run, events] of opened.said) said.set(run, [...(said.get(run) ?? []), ...events]);
    hold(faults);
  }

  async function act(action: Action, { api }: { api: Api }, all: readonly RunSummary[]): Promise<void> {
    const open = all.filter(({ status }) => status !== 'completed');
    const among = random() < 0.9 ? open : all;
    const run = among[upTo(among.length)]!;
    const one = { runs: [run.id] };
    const ofRun = `${run.id}, which is ${run.status}`;
    switch (action) {
      case 'start':
        count(`start of ${ofRun}`);
        return void (await api.runs.start(one));
      case 'pause':
        count(`pause of ${ofRun}`);
        return void (await api.runs.pause(one));
      case 'stop':
        count(`stop of ${ofRun}`);
        return void (await api.runs.stop(one));
      case 'end': {
        count(`end of ${ofRun}`);
        await api.runs.stop(one);
        await delay(upTo(100));
        return void (await api.runs.stop(one));
      }
      case 'reorder': {
        const before = random() < 0.3 ? null : all[upTo(all.length)]!.id;
        count(`reorder of ${ofRun}, before ${before}`);
        return void (await api.runs.reorder({ run: run.id, before }));
      }
      case 'fork': {
        if (all.length >= runs + mostForks) return;
        const checkpoints = await api.checkpoints.list({ run: run.id });
        const step = checkpoints[upTo(checkpoints.length)]?.step ?? 5;
        count(`fork of ${ofRun}, at step ${step}`);
        await api.runs.fork({ run: run.id, step, start: random() < 0.7 });
        result.forks += 1;
        return;
      }
      case 'concurrency': {
        const concurrency = 2 + upTo(2);
        count(`concurrency ${concurrency}`);
        return void (await api.settings.set({ concurrency }));
      }
    }
  }

  /** Until every run has come to its end; disturbed only while there is time. */
  async function disturb(mine: (run: RunSummary) => boolean): Promise<void> {
    for (;;) {
      const { client }: ControlledLab = lab!;
      const all = (await client.api.runs.list({})).filter(mine);
      if (all.every(({ status }) => status === 'completed')) return;
      if (over()) {
        const idle = all.filter(
          ({ status, queuePosition }) =>
            status === 'paused' || status === 'stopped' || (status === 'queued' && queuePosition === null),
        );
        for (const { id } of idle) await client.api.runs.start({ runs: [id] });
        await delay(200);
      } else if (random() < 0.005) {
        count('reopening');
        await close(lab!);
        lab = openControlledLab(home);
      } else {
        try {
          await act(actions[upTo(actions.length)]!, client, all);
        } catch (thrown) {
          const { code, message } = LabError.from(thrown);
          if (code !== 'request') hold([`it was refused as '${code}': ${message}`]);
          result.refused += 1;
        }
        await delay(upTo(longestPause));
      }
      hold(lab!.faults());
    }
  }

  async function look(ids: readonly string[], reference: KeptRun): Promise<void> {
    const told = new Map([...said]);
    for (const [run, events] of lab!.said) told.set(run, [...(told.get(run) ?? []), ...events]);
    const store = openStoreReadOnly(home);
    const forkedAt = new Set(ids.flatMap((id) => store.runs.get(id).parent?.step ?? []));
    try {
      for (const run of ids) {
        const ofRun = told.get(run) ?? [];
        const { faults, kept, rows } = await examineStore(store, run, { said: ofRun, reference, all: true });
        // A fork begins with an evaluation, also where none is due.
        for (const step of forkedAt) if (!(step in reference.evaluations)) delete kept.evaluations[step];
        const other = difference(kept, reference);
        hold([...faults, ...(other ? [`${run} is not what it is undisturbed: ${other}`] : [])]);
        result.completed += 1;
        result.rows += rows;
        said.delete(run);
        lab!.forget(run);
      }
    } finally {
      store.close();
    }
  }

  try {
    await makeHome(home);
    lab = openControlledLab(home);
    const { reference, id: untouched } = await undisturbed(lab.client.api, home, steps);
    const seen = new Set([untouched]);
    until = performance.now() + seconds * 1000;
    while (!over()) {
      const { api } = lab.client;
      const first = (await makeRun(api, steps, 5)).id;
      for (let more = 1; more < runs; more++) await api.runs.again({ run: first });
      result.runs += runs;
      await disturb(({ id }) => !seen.has(id));
      const ids = (await lab.client.api.runs.list({})).map(({ id }) => id).filter((id) => !seen.has(id));
      await look(ids, reference);
      await lab.client.api.runs.remove({ runs: ids });
      for (const id of ids) seen.add(id);
    }
    await close(lab);
    return result;
  } finally {
    // It may not answer any more: its channel is closed, and it closes.
    await (lab as ControlledLab | null)?.close();
    remove();
  }
}

async function makeRun(api: Api, steps: number, checkpointEvery: number): Promise<RunSummary> {
  const experiment = (await api.experiments.list({}))[0]!.id;
  const { objective, ...configuration } = exampleConfiguration('run', steps);
  const training = { ...configuration.training, checkpointEvery };
  const made = await api.runs.create({
    ...{ experiment, objectives: [objective], seeds: [0] },
    configuration: { ...configuration, objective, training },
  });
  return made[0]!;
}

/** With a checkpoint of every step, for a pause writes one of any. */
async function undisturbed(api: Api, home: string, steps: number): Promise<{ id: string; reference: KeptRun }> {
  const { id } = await makeRun(api, steps, 1);
  await api.runs.start({ runs: [id] });
  for (;;) {
    const { status, message } = await api.runs.get({ run: id });
    if (status === 'completed') break;
    if (status === 'failed') throw new Error(`Undisturbed, the run failed: ${message}`);
    await delay(100);
  }
  const store = openStoreReadOnly(home);
  try {
    const { kept, faults } = await examineStore(store, id, { said: [], reference: null, all: true });
    if (faults.length > 0) throw new Error(faults.join('\n'));
    return { id, reference: kept };
  } finally {
    store.close();
  }
}
