// A lab as a process of its own that carries out one study of its home: node study-process.ts HOME REQUEST. It tells its workers'
// processes and what happens as lines of JSON.
import { writeSync } from 'node:fs';
import { nodeWorkers } from '../../src/main/compute/index.ts';
import { openLab } from '../../src/main/lab/index.ts';

const [home, request] = process.argv.slice(2) as [string, string];
const say = (data: object) => writeSync(1, `${JSON.stringify(data)}\n`);
const launch = nodeWorkers();

const lab = openLab({
  home,
  onEvent: (event) => say(event),
  launch() {
    const worker = launch();
    say({ type: 'worker', process: worker.pid });
    return worker;
  },
});
const { id } = lab.studies.start(JSON.parse(request));
await lab.studies.ended(id);
await lab.close();
process.exit(0);
