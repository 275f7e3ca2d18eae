import { expect, test, vi } from 'vitest';
import { Arena } from './arena.ts';
import { compileOptimizer } from './optimizer-module.ts';
import { OptimizerThreads } from './optimizer-threads.ts';

vi.mock('node:worker_threads', async (original) => {
  const { EventEmitter } = await import('node:events');
  class Stillborn extends EventEmitter {
    constructor() {
      super();
      setImmediate(() => this.emit('error', new Error('no room for a thread')));
    }
    unref() {}
    async terminate() {}
  }
  return { ...(await original<typeof import('node:worker_threads')>()), Worker: Stillborn };
});

test('a helper that does not start is an error, not a wait without end', async () => {
  const arena = new Arena([{ name: 'p', shape: [4], length: 4, matrix: false, members: [] }]);
  const threads = new OptimizerThreads(compileOptimizer(), arena.memories, 3);
  await expect(threads.run(arena.normJobs())).rejects.toMatchObject({
    code: 'engine',
    message: 'A thread of the optimizer did not start: no room for a thread',
  });
  await threads.dispose();
});
