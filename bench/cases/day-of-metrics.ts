import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../e2e/browser.ts';
import { buildPage } from '../../e2e/build-page.ts';
import { pointsPerStep } from '../../e2e/load/invented-metrics.ts';
import type { LabState } from '../../e2e/load/lab-process.ts';
import { type LoadedLab, lookAtAll, makeRuns, openLoadedLab, openPages } from '../../e2e/load/loaded-lab.ts';
import type { PagesSaw } from '../../e2e/load/pages-process.ts';
import { questions } from '../../e2e/load/reading-page.ts';
import { ComparePage } from '../sides/compare-page.ts';

export const description =
  'ten million points of a hundred runs into a served lab while twenty pages read: what it takes, how it answers';

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Arguments: --points 10000000 of all runs, --runs 100, --minutes 7 after which it stops wherever it is, --workers 4 at once,
 * --pages 20, --pause 1000 milliseconds between an answer and the next question of a page.
 */
export async function run(args: readonly string[]): Promise<void> {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ points: text('10000000'), runs: text('100'), minutes: text('7') },
      ...{ workers: text('4'), pages: text('20'), pause: text('1000') },
    },
  });
  const [points, runs, minutes] = [values.points, values.runs, values.minutes].map(Number) as [number, number, number];
  const [workers, pages, pause] = [values.workers, values.pages, values.pause].map(Number) as [number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'simbal-bench-'));
  const home = join(folder, 'home');
  const browser = await launchBrowser();
  let lab: LoadedLab | undefined;
  try {
    lab = await openLoadedLab(home, await buildPage(join(folder, 'page')));
    await lab.client.api.settings.set({ concurrency: workers });
    const began = performance.now();
    const ids = await makeRuns(lab.client, { runs, steps: Math.ceil(points / runs / pointsPerStep), start: true });
    const load = openPages(lab.address, pages, pause, 1);
    const screen = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    const compare = await ComparePage.open(screen, lab.address);
    await compare.compare(ids.slice(0, 20));
    const heaps = [await compare.heap()];
    const { accepted, seconds } = await untilTaken(lab, began, minutes * 60, async (share, bytes) => {
      heaps.push(await compare.heap());
      say(`${(share * 100).toFixed(0)}%: resident ${mebibytes(bytes)}, write-ahead log ${mebibytes(lab!.wal().now)}`);
    });
    const states = [...lab.states];
    const sawUnderLoad = await load.saw();
    say(`${runs} runs, ${accepted} points in ${seconds.toFixed(0)} s: ${(accepted / seconds).toFixed(0)} points/s`);
    say(stateText(states));
    say(`page heap: ${heaps.map(mebibytes).join(', ')}`);
    for (const line of waitsText(sawUnderLoad)) say(`under load: ${line}`);
    await delay(2000);
    const idle = openPages(lab.address, 1, 0, 2);
    await delay(15_000);
    const sawIdle = await idle.saw();
    for (const line of waitsText(sawIdle)) say(`at full size: ${line}`);
    const { most, now } = lab.wal();
    const bytes = lab.databaseBytes();
    await lab.close();
    lab = undefined;
    say(`write-ahead log: ${mebibytes(most)} at most, ${mebibytes(now)} at the end`);
    const all = lookAtAll(home);
    say(`database: ${mebibytes(bytes)}, ${(bytes / all.points).toFixed(1)} bytes a point`);
    const faults = [...sawUnderLoad.faults, ...sawIdle.faults, ...all.faults];
    say(`${all.points} points read back; ${faults.length} of all that was read were not as they must be`);
    for (const fault of faults.slice(0, 10)) say(`  ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await browser.close();
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls `tell` at each eighth of the load. */
async function untilTaken(
  { client: { api }, states }: LoadedLab,
  began: number,
  mostSeconds: number,
  tell: (share: number, resident: number) => Promise<void>,
): Promise<{ accepted: number; seconds: number }> {
  let eighths = 0;
  for (let stopping = false; ; ) {
    await delay(1000);
    const runs = await api.runs.list({});
    const seconds = (performance.now() - began) / 1000;
    const steps = runs.reduce((sum, { step }) => sum + step, 0);
    const share = steps / runs.reduce((sum, { configuration }) => sum + configuration.training.steps, 0);
    if (share * 8 >= eighths + 1) {
      eighths = Math.floor(share * 8);
      await tell(share, states.at(-1)!.resident);
    }
    const left = runs.filter(({ status }) => status === 'queued' || status === 'running' || status === 'pausing');
    const waits = left.filter(({ status, queuePosition }) => status !== 'queued' || queuePosition !== null);
    if (waits.length === 0) return { accepted: steps * pointsPerStep, seconds };
    if (seconds > mostSeconds && !stopping) {
      stopping = true;
      // Those that wait first, so that none takes the place of one that pauses.
      const inOrder = waits.toSorted((a, b) => a.status.localeCompare(b.status));
      await api.runs.stop({ runs: inOrder.map(({ id }) => id) });
    }
  }
}

function stateText(states: readonly LabState[]): string {
  const resident = (from: number, to: number) => {
    const some = states.slice(from * states.length, to * states.length).map((state) => state.resident);
    return mebibytes(quantile(some, 0.5));
  };
  const halves = [resident(0.25, 0.5), resident(0.5, 0.75), resident(0.75, 1)];
  const { median, high, most } = states.at(-1)!.delay;
  return (
    `resident: ${halves.join(', ')} in the second, third and last quarter; ` +
    `event loop late by ${milliseconds(median)}, ${milliseconds(high)} in one of a hundred, ${milliseconds(most)} at most`
  );
}

function* waitsText({ waits, events }: PagesSaw): Generator<string> {
  for (const question of questions) {
    const all = waits[question];
    if (all.length === 0) continue;
    const [median, high, most] = [0.5, 0.95, 1].map((share) => milliseconds(quantile(all, share)));
    yield `${question.padEnd(11)} ${median}, 95% within ${high}, ${most} at most (${all.length} answers)`;
  }
  yield `${events} events told`;
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;
