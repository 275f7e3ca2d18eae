// Workers as child processes of Node.
import { type ChildProcess, fork } from 'node:child_process';
import type { WorkerEvent } from '../../shared/worker-messages.ts';
import { LastLines } from './last-lines.ts';
import { workerFile } from './worker-file.ts';
import type { LaunchWorker, WorkerExit, WorkerProcess } from './worker-process.ts';

const living = new Set<ChildProcess>();
// A lab that ends takes its workers along; one that is killed leaves them a closed channel, at which they end themselves.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Launches `file` on the Node that runs this process. */
export function nodeWorkers(file = workerFile(), args: readonly string[] = []): LaunchWorker {
  return () => {
    const child = fork(file, args, {
      execArgv: [],
      // Structured clone, which keeps NaN and infinity.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    living.add(child);
    return overChild(child);
  };
}

function overChild(child: ChildProcess): WorkerProcess {
  const lastWords = new LastLines();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => lastWords.push(text));
  child.stdout?.resume();
  const exit = exitOf(child).then((how): WorkerExit => {
    living.delete(child);
    return { ...how, lastWords: lastWords.toString() };
  });
  child.on('error', (error) => lastWords.push(`${error.message}\n`));
  return {
    pid: child.pid,
    send(command) {
      if (child.connected) child.send(command, () => {});
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as WorkerEvent)),
    onHeartbeat: (listener) => void child.stdout?.on('data', () => listener()),
    onExit: (listener) => void exit.then(listener),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Resolves when the process has ended, its output is read and its last message has been heard. */
async function exitOf(child: ChildProcess): Promise<Omit<WorkerExit, 'lastWords'>> {
  const closed = new Promise<Omit<WorkerExit, 'lastWords'>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const heard = new Promise<void>((resolve) => {
    if (child.connected) child.on('disconnect', resolve);
    else resolve();
  });
  await heard;
  return closed;
}
