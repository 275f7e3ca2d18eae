// A lab as a process of its own that trains one run: what a test kills. Tells its worker's process and its events as JSON.
import { readFileSync } from 'node:fs';
import { nodeWorkers } from '../compute/index.ts';
import { openLab } from './index.ts';

const [home, file] = process.argv.slice(2) as [string, string];
const say = (data: object) => process.stdout.write(`${JSON.stringify(data)}\n`);
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
const experiment = lab.createExperiment({ name: 'process' }).id;
const run = lab.createRun({ experiment, configuration: JSON.parse(readFileSync(file, 'utf8')) });
lab.start(run.id);
await lab.ended(run.id);
await lab.close();
