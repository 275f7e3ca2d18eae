// A helper thread of the optimizer: waits for a generation of jobs, does its share of each, says so, waits again.
import { parentPort, workerData } from 'node:worker_threads';
import { instantiate, type Job, work } from './optimizer-module.ts';
import type { HelperData } from './optimizer-threads.ts';

const { module, memories, gate, jobs, sums, index, shares } = workerData as HelperData;
const kernels = memories.map((memory) => instantiate(module, memory));
parentPort!.postMessage('ready');

for (let generation = 0; ; generation++) {
  Atomics.wait(gate, 0, generation);
  const length = new Int32Array(jobs, 0, 1)[0]!;
  // A TextDecoder refuses shared memory.
  const text = new TextDecoder().decode(new Uint8Array(jobs, 4, length).slice());
  try {
    for (const job of JSON.parse(text) as Job[]) sums[index]! += work(kernels, job, index, shares);
  } catch {
    Atomics.store(gate, 2, 1);
  }
  Atomics.sub(gate, 1, 1);
  Atomics.notify(gate, 1);
}
