// Trains small runs, kills their labs and workers again and again, examines the home after each end of a lab, and compares
// each run that came to its end with one that nobody disturbed.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Retention } from '../../src/shared/retention.ts';
import { examine } from './examine.ts';
import { makeHome, makeRun, temporaryFolder } from './example-home.ts';
import { difference, type KeptRun } from './kept.ts';
import { generator, type Kill, killText, nextKill } from './kill-points.ts';
import { type Said, type StartedLab, startLab } from './started-lab.ts';

/** Milliseconds until workers that outlive their lab are taken for such that never end. */
const patience = 60_000;

export interface CampaignOptions {
  /** At least so many. */
  kills: number;
  seed: number;
  /** Of each run. */
  steps: number;
  onKill?: (text: string) => void;
}

export interface CampaignResult {
  /** By what was killed and how: 'worker, forced'. */
  kills: Record<string, number>;
  /** Runs that came to their end, each equal to the undisturbed one. */
  runs: number;
  /** Rows that were acknowledged; each was found again after every kill that followed. */
  rows: number;
  /** The longest that a worker outlived its lab, in milliseconds. */
  longestOrphan: number;
}

/** @throws Error at the first thing that does not hold */
export async function killAgainAndAgain(options: CampaignOptions): Promise<CampaignResult> {
  const { kills, seed, steps, onKill = () => {} } = options;
  const random = generator(seed);
  const { folder, remove } = temporaryFolder();
  const home = join(folder, 'home');
  const result: CampaignResult = { kills: {}, runs: 0, rows: 0, longestOrphan: 0 };
  const killed = () => Object.values(result.kills).reduce((sum, count) => sum + count, 0);
  const count = (what: string) => {
    result.kills[what] = (result.kills[what] ?? 0) + 1;
  };

  try {
    await makeHome(home);
    const reference = await undisturbed(home, steps);
    for (let number = 1; killed() < kills; number++) {
      const run = await makeRun(home, `run ${number}`, steps);
      // Every second run keeps few checkpoints, so that some are taken away as others are written.
      const retention: Retention = number % 2 === 0 ? { newest: 2, every: 0 } : 'all';
      const said: Said[] = [];
      for (let ended = false; !ended; ) {
        // After the last kill the run comes to its end undisturbed, however slow the machine.
        const kill = killed() < kills ? nextKill(random) : null;
        const lab = startLab({ home, run, retention, ...(kill?.kind === 'forced' && { kill: kill.at }) });
        if (kill) await endure(lab, kill, random, count);
        await lab.ended;
        said.push(...lab.said);
        const orphan = await lab.workersGone(patience);
        const found = await examine(home, run, { said, reference, all: retention === 'all' });
        const { faults, status, checkpoint } = found;
        if (orphan === null) faults.push(`a worker outlived its lab by ${patience} ms`);
        else result.longestOrphan = Math.max(result.longestOrphan, orphan);
        const at = `kill ${killed()} (${kill ? killText(kill) : 'none more'})`;
        onKill(`${at}: ${status}, checkpoint of step ${checkpoint ?? 'none'}`);
        ended = status === 'completed';
        const other = ended && difference(found.kept, reference);
        if (other) faults.push(`it is not what it is without a kill: ${other}`);
        if (faults.length > 0) throw new Error([`Seed ${seed}, ${at}:`, ...faults, lab.errors()].join('\n'));
        if (ended) result.rows += found.rows;
      }
      result.runs += 1;
    }
    return result;
  } finally {
    remove();
  }
}

async function undisturbed(home: string, steps: number): Promise<KeptRun> {
  const run = await makeRun(home, 'undisturbed', steps);
  const lab = startLab({ home, run });
  await lab.ended;
  const { status, faults, kept } = await examine(home, run, { said: lab.said, reference: null, all: true });
  if (status === 'completed' && faults.length === 0) return kept;
  throw new Error([`Undisturbed, the run is ${status}.`, ...faults, lab.errors()].join('\n'));
}

/** Kills as told. A lab that outlives it is killed a little after its worker has started again, or comes to its end. */
async function endure(lab: StartedLab, kill: Kill, random: () => number, count: (what: string) => void): Promise<void> {
  const starts = () => lab.said.filter(({ type }) => type === 'started').length;
  const alive = () => lab.child.exitCode === null && lab.child.signalCode === null;
  const after = (milliseconds: number) => Promise.race([delay(milliseconds), lab.ended]);
  if (kill.kind === 'random') {
    const { victim, since, delay: wait } = kill.at;
    if (since === 'start') await lab.until(() => starts() > 0);
    await after(wait);
    if (!alive()) return;
    if (victim !== 'worker') lab.killLab();
    if (victim !== 'lab') lab.killWorker();
    count(`${victim}, random`);
  } else {
    await lab.until(() => starts() > 1);
    if (!lab.killed()) return;
    const { at } = kill;
    count(`${at.role === 'worker' && at.lab ? 'both' : at.role}, forced`);
  }
  await lab.until(() => starts() > 1);
  await after(random() * 300);
  if (alive()) {
    lab.killLab();
    count('lab, random');
  }
}
