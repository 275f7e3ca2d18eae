// Runs optimizer jobs on several threads over shared memory: this thread does the first share, helpers the others. The order of
// summation depends on the number of threads alone, so a run repeats itself byte for byte.
import { Worker } from 'node:worker_threads';
import { LabError } from '../../../shared/errors.ts';
import { instantiate, type Job, type OptimizerKernels, work } from './optimizer-module.ts';

/** What a helper thread is started with. `gate`: [generation, helpers still busy, failed]. */
export interface HelperData {
  module: WebAssembly.Module;
  memories: WebAssembly.Memory[];
  gate: Int32Array;
  jobs: SharedArrayBuffer;
  sums: Float64Array;
  index: number;
  shares: number;
}

const jobBytes = 1 << 16;

export class OptimizerThreads {
  #kernels: OptimizerKernels[];
  #helpers: Worker[];
  #gate = new Int32Array(new SharedArrayBuffer(12));
  #jobs = new SharedArrayBuffer(jobBytes);
  #sums: Float64Array;
  #shares: number;
  /** This thread blocks while helpers work: one that never came would be waited for without end. */
  #ready: Promise<unknown>;

  constructor(module: WebAssembly.Module, memories: WebAssembly.Memory[], threads: number) {
    this.#kernels = memories.map((memory) => instantiate(module, memory));
    this.#shares = Math.max(1, threads);
    this.#sums = new Float64Array(new SharedArrayBuffer(8 * this.#shares));
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#helpers = Array.from({ length: this.#shares - 1 }, (_, helper) => {
      const workerData: HelperData = {
        module,
        memories,
        gate: this.#gate,
        jobs: this.#jobs,
        sums: this.#sums,
        index: helper + 1,
        shares: this.#shares,
      };
      return new Worker(new URL(`./optimizer-thread.${extension}`, import.meta.url), { workerData });
    });
    this.#ready = Promise.all(this.#helpers.map(started));
    // Whoever runs the first job hears of it.
    this.#ready.catch(() => {});
  }

  /** Does all jobs; the sum of the squared norms among them. @throws LabError 'engine' when a helper did not start */
  async run(jobs: readonly Job[]): Promise<number> {
    await this.#ready;
    let total = 0;
    for (const batch of batches(jobs)) total += this.#runBatch(batch);
    return total;
  }

  #runBatch(jobs: readonly Job[]): number {
    const text = new TextEncoder().encode(JSON.stringify(jobs));
    new Uint8Array(this.#jobs).set(text, 4);
    new Int32Array(this.#jobs, 0, 1)[0] = text.length;
    this.#sums.fill(0);
    Atomics.store(this.#gate, 1, this.#helpers.length);
    Atomics.add(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
    for (const job of jobs) this.#sums[0]! += work(this.#kernels, job, 0, this.#shares);
    for (let busy = Atomics.load(this.#gate, 1); busy > 0; busy = Atomics.load(this.#gate, 1)) {
      Atomics.wait(this.#gate, 1, busy);
    }
    if (Atomics.load(this.#gate, 2) !== 0) {
      throw new LabError('engine', 'A thread of the optimizer failed; the update of this step is incomplete.', {
        remedy: 'Resume the run from its last checkpoint.',
      });
    }
    return this.#sums.reduce((sum, part) => sum + part, 0);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#helpers.map((helper) => helper.terminate()));
    this.#helpers = [];
  }
}

/** Resolves when a helper waits for its first job; from then on it keeps no process alive. */
function started(helper: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      const remedy = 'Lower engine.threads, or free some memory.';
      reject(new LabError('engine', `A thread of the optimizer did not start: ${error.message}`, { remedy }));
    };
    helper.once('error', fail);
    helper.once('message', () => {
      helper.off('error', fail);
      helper.unref();
      resolve();
    });
  });
}

/** As many jobs at once as surely fit the shared buffer as text. */
function* batches(jobs: readonly Job[]): Generator<readonly Job[]> {
  const most = Math.floor(jobBytes / 512);
  for (let start = 0; start < jobs.length; start += most) yield jobs.slice(start, start + most);
}
