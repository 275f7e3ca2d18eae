// Workers as utility processes of Electron: the same program and protocol as under Node.
import { type UtilityProcess, utilityProcess } from 'electron';
import type { WorkerEvent } from '../../shared/worker-messages.ts';
import { LastLines, type LaunchWorker, type WorkerExit, type WorkerProcess, workerFile } from '../compute/index.ts';

const living = new Set<UtilityProcess>();
process.on('exit', () => {
  for (const child of living) end(child);
});

export function utilityWorkers(file = workerFile()): LaunchWorker {
  return () => {
    const child = utilityProcess.fork(file, [], {
      stdio: ['ignore', 'pipe', 'pipe'],
      serviceName: 'SimBal Lab training',
    });
    living.add(child);
    return overUtilityProcess(child);
  };
}

function overUtilityProcess(child: UtilityProcess): WorkerProcess {
  const lastWords = new LastLines();
  let ended = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => lastWords.push(text));
  const exit = new Promise<WorkerExit>((resolve) => {
    child.once('exit', (code) => {
      ended = true;
      living.delete(child);
      resolve({ code, signal: null, lastWords: lastWords.toString() });
    });
  });
  return {
    // Known only once it has started.
    get pid() {
      return child.pid;
    },
    send(command) {
      if (!ended) child.postMessage(command);
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as WorkerEvent)),
    onHeartbeat: (listener) => void child.stdout?.on('data', () => listener()),
    onExit: (listener) => void exit.then(listener),
    kill() {
      if (!ended) end(child);
    },
  };
}

/** At once: kill() only asks, and a worker that is asked writes a checkpoint first. */
function end(child: UtilityProcess): void {
  if (child.pid === undefined) {
    child.kill();
    return;
  }
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself, and nobody has heard of that yet.
  }
}
