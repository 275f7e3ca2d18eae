// Starts, watches and stops worker processes: the only folder that knows how a process is made.
export { findBrowser } from './browser.ts';
export { type FinalEvent, type Job, type JobEnd, type JobLimits, jobLimits, startJob } from './job.ts';
export { LastLines, lastWordsText } from './last-lines.ts';
export { nodeWorkers } from './node-process.ts';
export { hasDisplay, openFile } from './open-file.ts';
export { openPrinter, type Printer } from './print.ts';
export { RestartPolicy } from './restart-policy.ts';
export { runSetUp, type SetUpProgram, setUpProgram } from './tensorflow-set-up.ts';
export { type Crash, startTraining, type Training, type TrainingEnd } from './training.ts';
export { readerFile, workerFile } from './worker-file.ts';
export type { LaunchWorker, WorkerExit, WorkerProcess } from './worker-process.ts';
