// A worker as the lab sees it, whatever kind of process carries it: Node's own here, Electron's utility process elsewhere.
import type { WorkerCommand, WorkerEvent } from '../../shared/worker-messages.ts';

export interface WorkerExit {
  code: number | null;
  signal: string | null;
  /** The last lines it wrote to standard error. */
  lastWords: string;
}

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** To a process that has ended, nothing is sent and nothing is thrown: onExit tells of it. */
  send(command: WorkerCommand): void;
  onMessage(listener: (event: WorkerEvent) => void): void;
  /** Bytes on its standard output, which say that it lives. */
  onHeartbeat(listener: () => void): void;
  /** Once, after the last message. */
  onExit(listener: (exit: WorkerExit) => void): void;
  /** At once: whatever it was doing is not finished. */
  kill(): void;
}

/** Starts one worker process. A process that cannot be started is one that exits at once. */
export type LaunchWorker = () => WorkerProcess;
