import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../e2e/browser.ts';
import type { SegmentRow, Store } from '../../src/main/store/index.ts';
import { compareHome, InventedRun } from '../sides/compare-home.ts';
import { ComparePage, type Frames } from '../sides/compare-page.ts';
import { type ServedComparison, serveHome } from '../sides/served-comparison.ts';

export const description =
  'twenty runs of a million points on the compare screen: time to open, frames, memory while live';

const kept = join(import.meta.dirname, '..', '..', 'out', 'bench');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Arguments: --points 1000000 of each run, --updates 36000 live steps of each, --frames 240 of a gesture. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      points: { type: 'string', default: '1000000' },
      updates: { type: 'string', default: '36000' },
      frames: { type: 'string', default: '240' },
    },
  });
  const [points, updates, frames] = [Number(values.points), Number(values.updates), Number(values.frames)];
  const folder = mkdtempSync(join(tmpdir(), 'simbal-bench-'));
  const home = join(folder, 'home');
  let served: ServedComparison | undefined;
  const browser = await launchBrowser();
  try {
    compareHome(kept, home, points, say);
    served = await serveHome(home, join(folder, 'page'));
    const { runs: runQueries } = served.labApi.lab.store;
    const runs = runQueries.list();
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    const compare = await ComparePage.open(page, served.address);
    say(`${runs.length} runs of ${points} points, ${browser.version()} without a GPU, 1600×1000`);
    say(`open: ${(await compare.compare(runs.map(({ id }) => id))).toFixed(0)} ms`);
    say(text('zoom, from all of it', await compare.gesture('zoom', frames)));
    await compare.lookCloser();
    say(text('pan', await compare.gesture('pan', frames)));
    say(text('zoom, closer', await compare.gesture('zoom', frames)));
    say(text('crosshair', await compare.gesture('crosshair', frames)));
    await compare.seeAll();
    const training = startTraining(served, points);
    const heaps = [await compare.heap()];
    for (const half of [updates / 2, updates]) {
      const live = await compare.during(() => trainTo(training, half));
      heaps.push(await compare.heap());
      say(text(`live, to ${half} steps of each run`, live));
    }
    say(`page heap: ${heaps.map(mebibytes).join(', ')} before, half-way and after`);
  } finally {
    await browser.close();
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startTraining({ labApi: { lab, emit } }: ServedComparison, points: number) {
  // The lab's own: it lets others only read it.
  const store = lab.store as Store;
  const runs = store.runs.list().map(({ id, configuration }, index) => {
    emit({ type: 'run', run: store.runs.setStatus(id, 'running') });
    const [{ start }] = store.segments.list(id) as [SegmentRow];
    const segment = store.segments.begin(id, { fromStep: points, start }).id;
    return { id, segment, invented: new InventedRun(configuration, points, Math.floor(index / 5), index % 5) };
  });
  return { store, emit, runs, points, done: 0 };
}

/** Every run goes on to so many steps more, a minute's worth at a time, into the store and to whoever watches. */
async function trainTo(training: ReturnType<typeof startTraining>, updates: number): Promise<void> {
  const { store, emit, runs, points } = training;
  while (training.done < updates) {
    const next = delay(80);
    const to = Math.min(updates, training.done + 60);
    for (const { id, invented, segment } of runs) {
      const steps = invented.steps(points + training.done + 1, points + to);
      store.metrics.append(segment, steps);
      emit({ type: 'steps', run: id, steps });
    }
    training.done = to;
    await next;
  }
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const text = (what: string, { interval, script, thread, frames }: Frames) =>
  `${what}: frame every ${interval.median.toFixed(1)} ms (95% within ${interval.high.toFixed(1)} ms), ` +
  `${script.toFixed(1)} ms of scripts and ${thread.toFixed(1)} ms of the thread a frame, ${frames} frames`;
