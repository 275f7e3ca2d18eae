// A lab as a process of its own that carries out one run of its home: node lab-process.ts HOME RUN [RETENTION]. It tells its
// workers' processes and what has been stored as lines of JSON, and pauses its run at a line `pause`.

import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { nodeWorkers } from '../../src/main/compute/index.ts';
import { openLab } from '../../src/main/lab/index.ts';

const [home, run, retention = '"all"'] = process.argv.slice(2) as [string, string, string?];
const say = (data: object) => writeSync(1, `${JSON.stringify(data)}\n`);
const launch = nodeWorkers();

const lab = openLab({
  home,
  retention: JSON.parse(retention),
  // An event is told after it has been stored, and a line is out before the next statement.
  onEvent: (event) => say(event),
  launch() {
    const worker = launch();
    say({ type: 'worker', process: worker.pid });
    return worker;
  },
});
createInterface(process.stdin).on('line', (line) => line === 'pause' && lab.pause(run));
lab.start(run);
await lab.ended(run);
await lab.close();
process.exit(0);
