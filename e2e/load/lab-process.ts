// A served lab as a process of its own, as `simbal serve` has it, that tells how it is: node lab-process.ts HOME PAGE. Its
// workers report and do not train.
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { nodeWorkers } from '../../src/main/compute/index.ts';
import { runServe } from '../../src/main/serve/run-serve.ts';

/** Milliseconds and bytes. */
export interface LabState {
  /** How late its event loop was since it began: half of the times, in one of a hundred, at most. */
  delay: { median: number; high: number; most: number };
  resident: number;
  heap: number;
}

export type LabSays = { type: 'address'; address: string } | { type: 'state'; state: LabState };

const [home, page] = process.argv.slice(2) as [string, string];
const say = (said: LabSays) => process.send?.(said);
const resolution = 1;
const delays = monitorEventLoopDelay({ resolution });
delays.enable();
const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
const states = setInterval(() => {
  const delay = { median: late(delays.percentile(50)), high: late(delays.percentile(99)), most: late(delays.max) };
  const { rss, heapUsed } = process.memoryUsage();
  say({ type: 'state', state: { delay, resident: rss, heap: heapUsed } });
}, 1000);

const interrupt = new AbortController();
process.once('disconnect', () => interrupt.abort());
process.on('message', () => interrupt.abort());
await runServe({
  home,
  page,
  port: 0,
  launch: nodeWorkers(join(import.meta.dirname, 'metric-worker.ts')),
  interrupted: interrupt.signal,
  say(line) {
    const address = line.trim();
    if (address.startsWith('http://')) say({ type: 'address', address });
  },
});
clearInterval(states);
process.disconnect?.();
