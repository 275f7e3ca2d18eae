// A lab as a process of its own that is asked as a page asks, over its channel: node controlled-lab.ts HOME. It tells of each
// worker that trains and of its own memory as lines of JSON, and closes when the channel does.
import { writeSync } from 'node:fs';
import { nodeWorkers } from '../../src/main/compute/index.ts';
import { openLabApi } from '../../src/main/lab-api/index.ts';
import { overProcess } from '../../src/shared/transports.ts';

export type ControlledSays =
  /** It is about to train. */
  | { type: 'worker'; process: number; run: string }
  | { type: 'gone'; process: number }
  | { type: 'memory'; resident: number };

const say = (said: ControlledSays) => writeSync(1, `${JSON.stringify(said)}\n`);
const launch = nodeWorkers();

const labApi = openLabApi({
  home: process.argv[2]!,
  door: 'browser',
  launch() {
    const worker = launch();
    const { pid } = worker;
    return {
      ...worker,
      send(command) {
        if (command.type === 'train' && pid !== undefined) {
          worker.onExit(() => say({ type: 'gone', process: pid }));
          say({ type: 'worker', process: pid, run: command.job.run });
        }
        worker.send(command);
      },
    };
  },
});
labApi.serve(overProcess(process));
const memory = setInterval(() => say({ type: 'memory', resident: process.memoryUsage().rss }), 2000);
process.once('disconnect', async () => {
  clearInterval(memory);
  await labApi.close();
});
