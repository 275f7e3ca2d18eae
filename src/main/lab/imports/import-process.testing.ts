// What the tests run as another process: node import-process.testing.ts HOME BUNDLE AT. A lab that takes a bundle in and is killed
// right before it stores its AT-th piece, or AT − 1000 ms after the last one was told.
import { type LaunchWorker, nodeWorkers, readerFile } from '../../compute/index.ts';
import { openLab } from '../index.ts';

const [home, bundle, at] = process.argv.slice(2);
const kill = () => process.kill(process.pid, 'SIGKILL');

let pieces = 0;
const launchReader: LaunchWorker = () => {
  const worker = nodeWorkers(readerFile())();
  return {
    ...worker,
    onMessage: (listener) =>
      worker.onMessage((event) => {
        if (event.type === 'bundle-piece' && ++pieces === Number(at)) kill();
        if (event.type === 'bundle-read' && Number(at) >= 1000) setTimeout(kill, Number(at) - 1000);
        listener(event);
      }),
  };
};

const lab = openLab({ home: home!, launchReader });
await lab.imports.bundle(bundle!);
process.stdout.write('imported\n');
setInterval(() => {}, 1000);
