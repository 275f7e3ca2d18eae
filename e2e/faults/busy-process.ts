// A lab as a process of its own that does one thing, so that it can be killed while it does: node busy-process.ts HOME WHAT RUN.
// Says `worker` with the process of each that it launches, and `busy` where there is none.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { nodeWorkers, openPrinter } from '../../src/main/compute/index.ts';
import { openLab } from '../../src/main/lab/index.ts';

const [home, what, run] = process.argv.slice(2) as [string, string, string];
const say = (data: object) => writeSync(1, `${JSON.stringify(data)}\n`);
const launch = nodeWorkers();

const lab = openLab({
  home,
  onEvent: (event) => event.type === 'tensorflow-progress' && say({ type: 'busy' }),
  launch() {
    const worker = launch();
    say({ type: 'worker', process: worker.pid });
    return worker;
  },
});
const folderOf = () => lab.store.checkpoints.newest(run)!.folder;

const deeds: Record<string, () => unknown> = {
  preparing: () =>
    lab.addCorpus({ name: 'more', sources: [{ path: join(home, 'source') }], tokenizer: 'gpt2', validationShare: 0.3 }),
  exporting: () => lab.exportModel(run, { folder: join(home, 'exported') }),
  inspecting: () => lab.inspections.open([folderOf()]),
  probing: () => lab.engines({ measure: true }),
  'setting TensorFlow up': () => lab.setUpTensorflow({ gpu: false }),
  async printing() {
    const printer = (await openPrinter())!;
    say({ type: 'busy' });
    for (;;) await printer.print(`<h1>A page</h1>${'<p>Some text that fills pages.</p>'.repeat(20_000)}`);
  },
};
await deeds[what]!();
// Done before it was killed: it stays until it is.
setInterval(() => {}, 1000);
